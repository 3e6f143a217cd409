import { bootstrap } from '@florin/service-host';
import { AppModule } from './app.module';

void bootstrap({ service: 'analytics', module: AppModule });
