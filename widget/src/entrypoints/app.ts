export { mountApp } from '../app/mount-app.tsx';
