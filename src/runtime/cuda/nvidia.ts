import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface Card {
  readonly index: number;
  readonly name: string;
  readonly memoryMiB: number;
  readonly freeMiB: number;
  /** Compute capability: 9.0 for an H100. */
  readonly computeCapability: string;
}

/** The NVIDIA driver and cards of this machine. */
export interface Nvidia {
  /** Version of the kernel driver; undefined if none is loaded. */
  readonly driver?: string;
  readonly cards: readonly Card[];
  /** Whether a card is on the bus, with or without a driver. */
  readonly onBus: boolean;
}

/** The first driver for CUDA 13. */
export const oldestDriver = 580;

const fields = ['index', 'name', 'memory.total', 'memory.free', 'compute_cap', 'driver_version'] as const;

export function findNvidia(): Nvidia {
  const rows = queryCards();
  const driver = readDriver('/proc/driver/nvidia/version') ?? rows[0]?.[fields.indexOf('driver_version')];
  const cards = rows.map(([index = '', name = '', total = '', free = '', computeCapability = '']) => {
    return { index: Number(index), name, memoryMiB: Number(total), freeMiB: Number(free), computeCapability };
  });
  return { ...(driver === undefined ? {} : { driver }), cards, onBus: cards.length > 0 || isOnBus() };
}

/** Cards from nvidia-smi's output, one per line; none if it is missing or finds no driver. */
function queryCards(): string[][] {
  try {
    const args = [`--query-gpu=${fields.join()}`, '--format=csv,noheader,nounits'];
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return parseRows(execFileSync('nvidia-smi', args, { encoding: 'utf8', stdio, timeout: 20_000 }));
  } catch {
    return [];
  }
}

export function parseRows(csv: string): string[][] {
  const rows = csv.split('\n').map((line) => line.split(',').map((value) => value.trim()));
  return rows.filter(({ length }) => length === fields.length);
}

function readDriver(path: string): string | undefined {
  return existsSync(path) ? parseDriver(readFileSync(path, 'utf8')) : undefined;
}

/** The version in the kernel module's description of itself. */
export function parseDriver(text: string): string | undefined {
  return /Kernel Module.*?\s(\d+\.\d+(\.\d+)?)\s/.exec(text)?.[1];
}

function isOnBus(): boolean {
  const devices = '/sys/bus/pci/devices';
  const vendors = existsSync(devices) ? readdirSync(devices).map((name) => `${devices}/${name}/vendor`) : [];
  return vendors.some((path) => existsSync(path) && readFileSync(path, 'utf8').trim() === '0x10de');
}
