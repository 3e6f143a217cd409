import { bootstrap } from '../../src';
import { NotesModule } from './notes';

void bootstrap({ service: 'notes', module: NotesModule });
