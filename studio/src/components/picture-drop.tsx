import { useState, type ReactNode } from 'react';

interface PictureDropProps {
  readonly onFile: (file: Blob) => void;
  /** A picture of the page that can be taken instead. */
  readonly onResult: (() => void) | undefined;
  /** There is a picture already; another one replaces it. */
  readonly hasPicture: boolean;
  readonly children: ReactNode;
}

/** Takes a picture by dropping, choosing or pasting it. */
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
        // The page would take it as well.
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
              // The same file can be chosen again.
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
