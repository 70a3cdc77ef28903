import { createSlice } from '@reduxjs/toolkit';

/** The part of the store that says whether the server has moved on to another version since the page was opened. */
export interface UpdateRoot {
  update: { isOutdated: boolean };
}

const slice = createSlice({
  name: 'update',
  initialState: { isOutdated: false },
  reducers: { outdated: () => ({ isOutdated: true }) },
});

export const { outdated } = slice.actions;
export const updateReducer = slice.reducer;

export const selectIsOutdated = (root: UpdateRoot): boolean => root.update.isOutdated;
