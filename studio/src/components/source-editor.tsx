import type { Model } from 'randar-client';
import { useState, type Dispatch, type SetStateAction } from 'react';
import { emptyMask, type Mask } from '../mask.js';
import { readPicture } from '../picture.js';
import type { Placement } from '../placement.js';
import type { Task } from '../task.js';
import { troubleOf } from '../trouble.js';
import { FrameEditor } from './frame-editor.js';
import { MaskEditor } from './mask-editor.js';
import { Notice } from './notice.js';
import { PictureDrop } from './picture-drop.js';

interface SourceEditorProps {
  readonly task: Task;
  readonly onTask: Dispatch<SetStateAction<Task>>;
  readonly model: Model;
  readonly theme: string;
  /** Uses the picture shown last. */
  readonly onResult: (() => void) | undefined;
}

/** Edits what the task starts from: a picture, and the part of it to keep. */
export function SourceEditor({ task, onTask, model, theme, onResult }: SourceEditorProps) {
  const [refused, setRefused] = useState<string>();
  const grid = { width: model.gridWidth, height: model.gridHeight };
  const size = { width: model.imageWidth, height: model.imageHeight };

  const take = async (file: Blob) => {
    try {
      // A mask must line up with what the model sees; in a frame, the picture keeps its aspect ratio.
      const picture = await readPicture(file, task.kind === 'inpaint' ? size : undefined);
      setRefused(undefined);
      if (task.kind === 'inpaint') onTask({ ...task, picture, mask: emptyMask(size.width, size.height) });
      if (task.kind === 'outpaint') onTask({ ...task, picture });
    } catch (error) {
      setRefused(troubleOf(error).text);
    }
  };
  const paint = (change: (mask: Mask) => Mask) =>
    onTask((now) =>
      (now.kind === 'inpaint' || now.kind === 'redraw') && now.mask ? { ...now, mask: change(now.mask) } : now,
    );
  const place = (change: (placement: Placement) => Placement) =>
    onTask((now) => (now.kind === 'outpaint' ? { ...now, placement: change(now.placement) } : now));
  const notice = refused !== undefined && <Notice title="This picture cannot be used" text={refused} />;

  switch (task.kind) {
    case 'draw':
    case 'compare':
      return null;
    case 'redraw':
      return <MaskEditor picture={task.path} mask={task.mask} onChange={paint} grid={grid} theme={theme} />;
    case 'inpaint':
      return (
        <PictureDrop onFile={(file) => void take(file)} onResult={onResult} hasPicture={task.picture !== undefined}>
          {notice}
          {task.picture && task.mask && (
            <MaskEditor picture={task.picture.dataUri} mask={task.mask} onChange={paint} grid={grid} theme={theme} />
          )}
        </PictureDrop>
      );
    case 'outpaint':
      return (
        <PictureDrop onFile={(file) => void take(file)} onResult={undefined} hasPicture={task.picture !== undefined}>
          {notice}
          {task.picture && (
            <FrameEditor picture={task.picture.dataUri} placement={task.placement} onChange={place} grid={grid} />
          )}
        </PictureDrop>
      );
  }
}
