import { createSlice, type PayloadAction } from '@reduxjs/toolkit';

/** How tall the inbox's rows are. */
export type Density = 'comfortable' | 'compact';

/** What an agent chose in this browser. The colour scheme is kept by MUI. */
export interface Preferences {
  density: Density;
  /** Single-key shortcuts: some people's dictation or motor control makes them a nuisance. */
  hasShortcuts: boolean;
  /** No sound for new messages. */
  isMuted: boolean;
  /** Desktop notifications, where the browser allows them. */
  hasNotifications: boolean;
}

export interface PreferencesRoot {
  preferences: Preferences;
}

/** What holds until somebody chooses. */
export const DEFAULT_PREFERENCES: Preferences = {
  density: 'comfortable',
  hasShortcuts: true,
  isMuted: false,
  hasNotifications: true,
};

const slice = createSlice({
  name: 'preferences',
  initialState: DEFAULT_PREFERENCES,
  reducers: {
    preferencesRead: (_state, action: PayloadAction<Preferences>) => action.payload,
    densityChosen(state, action: PayloadAction<Density>) {
      state.density = action.payload;
    },
    shortcutsSwitched(state, action: PayloadAction<boolean>) {
      state.hasShortcuts = action.payload;
    },
    soundMuted(state, action: PayloadAction<boolean>) {
      state.isMuted = action.payload;
    },
    notificationsSwitched(state, action: PayloadAction<boolean>) {
      state.hasNotifications = action.payload;
    },
  },
});

export const {
  preferencesRead,
  densityChosen,
  shortcutsSwitched,
  soundMuted,
  notificationsSwitched,
} = slice.actions;
export const preferencesReducer = slice.reducer;

export const selectDensity = (root: PreferencesRoot): Density => root.preferences.density;
export const selectHasShortcuts = (root: PreferencesRoot): boolean => root.preferences.hasShortcuts;
export const selectIsMuted = (root: PreferencesRoot): boolean => root.preferences.isMuted;
export const selectHasNotifications = (root: PreferencesRoot): boolean =>
  root.preferences.hasNotifications;

/** Takes what was kept, field by field; a missing or unknown one falls back to its default. */
export function acceptPreferences(value: unknown): Preferences | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { density, hasShortcuts, isMuted, hasNotifications } = value as Partial<
    Record<keyof Preferences, unknown>
  >;
  return {
    density: density === 'compact' ? 'compact' : 'comfortable',
    hasShortcuts: hasShortcuts !== false,
    isMuted: isMuted === true,
    hasNotifications: hasNotifications !== false,
  };
}
