import { describeMigrations } from '@florin/testing';
import { migrations } from '../src/migrations';

describeMigrations(migrations);
