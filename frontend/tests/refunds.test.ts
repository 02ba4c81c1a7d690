import { expect, test } from 'vitest';
import { refundIn } from '@/pages/log/refunds';

test('a refund says which request it gave back, and why, where somebody said so', () => {
  const text = '退还 ＄0.005600 额度，请求 20260101120000000123';
  expect(refundIn(text)).toEqual({ request: '20260101120000000123', remark: '' });
  expect(refundIn(`${text}：cut off：twice`)).toEqual({ request: '20260101120000000123', remark: 'cut off：twice' });
  expect(refundIn('invoice 17')).toBeUndefined();
});
