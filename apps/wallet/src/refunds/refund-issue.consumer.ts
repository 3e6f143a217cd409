import { type Envelope, refundIssue, type RefundIssue } from '@florin/contracts';
import { Consumes, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { IssueRefund } from './issue-refund';

@Controller()
export class RefundIssueConsumer {
  constructor(private readonly issueRefund: IssueRefund) {}

  @Consumes(refundIssue)
  handle(asked: Envelope<RefundIssue>, { tx }: Delivery): Promise<void> {
    return this.issueRefund.within(tx, asked);
  }
}
