import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { Volume2, VolumeX } from 'lucide-react';
import { useDispatch, useSelector } from 'react-redux';
import { selectIsMuted, soundMuted } from '../shared/preferences.ts';
import { t } from '../shared/texts.ts';

/** Turns the sound of new messages off and on; remembered, for all tabs. */
export function MuteButton() {
  const dispatch = useDispatch();
  const isMuted = useSelector(selectIsMuted);
  return (
    <Tooltip title={t(isMuted ? 'alerts.unmute' : 'alerts.mute')} placement="right">
      <IconButton
        aria-label={t('alerts.mute')}
        aria-pressed={isMuted}
        onClick={() => dispatch(soundMuted(!isMuted))}
        sx={{ inlineSize: 40, blockSize: 40 }}
      >
        {isMuted ? <VolumeX size={20} aria-hidden /> : <Volume2 size={20} aria-hidden />}
      </IconButton>
    </Tooltip>
  );
}
