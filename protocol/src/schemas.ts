export * from './schemas/answers.ts';
export * from './schemas/commands.ts';
export * from './schemas/entities.ts';
export * from './schemas/events.ts';
export {
  clientIdSchema,
  colourSchema,
  emailSchema,
  idSchema,
  nameSchema,
  newPasswordSchema,
  normaliseEmail,
  originSchema,
  pageSchema,
  passwordSchema,
  textSchema,
  tokenSchema,
} from './schemas/fields.ts';
export * from './schemas/http.ts';
export * from './schemas/parse.ts';
