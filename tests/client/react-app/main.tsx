import { createClient, type GenerateInput } from 'randar-client';
import { ProgressiveImage, RandarProvider, useFollow, useGeneration } from 'randar-client/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

/** Elements that the tests click and read. The URL says which server to use and what to draw first. */
const asked = new URLSearchParams(location.search);
const client = createClient({ url: asked.get('server') ?? '' });
const first = JSON.parse(asked.get('input') ?? 'null') as GenerateInput | null;
const cssWidth = asked.get('width');

function Drawn({ text }: { readonly text: string }) {
  // A new object in each render.
  const drawing = useGeneration(JSON.parse(text) as GenerateInput | null);
  return (
    <>
      <ProgressiveImage id="picture" generation={drawing} {...(cssWidth !== null && { width: cssWidth })} />
      <output id="status">{drawing.status}</output>
      <output id="step">{`${drawing.step}/${drawing.totalSteps}`}</output>
      <output id="tokens">{drawing.tokens.filter((token) => token !== null).length}</output>
      <output id="preview">{drawing.preview?.dataUri?.slice(0, 15)}</output>
      <output id="images">{drawing.images.map(({ seed }) => seed).join()}</output>
      <output id="error">{drawing.error?.message}</output>
      <button onClick={drawing.cancel}>cancel</button>
      <button onClick={drawing.restart}>restart</button>
    </>
  );
}

function Followed({ id }: { readonly id: string }) {
  const drawing = useFollow(id);
  return <output id="status">{drawing.status}</output>;
}

function App() {
  const [isThere, setThere] = useState(true);
  const [text, setText] = useState(JSON.stringify(first));
  const [renders, setRenders] = useState(0);
  const followed = asked.get('follow');
  return (
    <RandarProvider client={client}>
      {isThere && (followed === null ? <Drawn text={text} /> : <Followed id={followed} />)}
      <button onClick={() => setThere(false)}>unmount</button>
      <button onClick={() => setRenders(renders + 1)}>render</button>
      <button onClick={() => setText(JSON.stringify({ ...first, seed: 8 }))}>another</button>
    </RandarProvider>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    asked.has('strict') ? (
      <StrictMode>
        <App />
      </StrictMode>
    ) : (
      <App />
    ),
  );
}
