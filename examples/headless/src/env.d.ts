interface ImportMetaEnv {
  readonly VITE_ALCOVE_SERVER: string;
  readonly VITE_ALCOVE_KEY: string;
}

interface ImportMeta {
  readonly env: ImportMetaEnv;
}

declare module '*.css';
