import { useState, type ReactNode } from 'react';

interface PictureDropProps {
  readonly onFile: (file: Blob) => void;
  /** Uses the picture shown on the page instead. */
  readonly onResult: (() => void) | undefined;
  /** Whether there is a picture already; a new one replaces it. */
  readonly hasPicture: boolean;
  readonly children: ReactNode;
}

/** Takes a picture by dropping, choosing or pasting a file. */
export function PictureDrop({ onFile, onResult, hasPicture, children }: PictureDropProps) {
  const [isOver, setIsOver] = useState(false);
  const take = (files: FileList | null | undefined) => {
    const [file] = files ?? [];
    if (file) onFile(file);
  };
  return (
    <div
      className={isOver ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        // The page handles dropped files, too.
        event.stopPropagation();
        setIsOver(false);
        take(event.dataTransfer.files);
      }}
      onPaste={(event) => take(event.clipboardData.files)}
    >
      {children}
      {!hasPicture && <div className="stage empty">Drop a picture here, paste it, or choose one.</div>}
      <div className="heading">
        <label className="button quiet">
          {hasPicture ? 'Replace picture' : 'Choose a picture'}
          <input
            type="file"
            className="unseen"
            accept="image/*"
            onChange={(event) => {
              take(event.target.files);
              // So that the same file can be chosen again.
              event.target.value = '';
            }}
          />
        </label>
        {onResult && (
          <button type="button" className="quiet" onClick={onResult}>
            Use the latest result
          </button>
        )}
      </div>
    </div>
  );
}
