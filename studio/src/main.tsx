import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './components/app.js';
import { openSession } from './session.js';
import './style/theme.css';
import './style/layout.css';
import './style/controls.css';
import './style/stage.css';

const root = document.getElementById('studio');
if (!root) throw new Error('index.html has no element #studio');
const session = openSession(new URL('/graphql', location.href).href);
createRoot(root).render(
  <StrictMode>
    <App session={session} />
  </StrictMode>,
);
