import { shopSchema } from '../../../../protocol/reply/shop-config.ts';

/** A small shop. */
export const shop = shopSchema.parse({
  shipping: '现在下单四十八小时内发货，全国包邮。',
  afterSales: '收到货七天之内不满意可以退换。',
  coupon: '满200元减30元，下单自动减。',
  faq: [
    { ask: ['发票', '能开发票吗', '开票'], answer: '可以开电子发票，联系客服就行。' },
    { ask: ['你们在哪个城市', '店在哪里'], answer: '我们的店在杭州。' },
  ],
  products: [
    {
      id: '3690001',
      number: 1,
      name: '法式碎花连衣裙',
      aliases: ['碎花裙'],
      price: '39.9',
      originalPrice: '99',
      unit: '件',
      stock: 120,
      points: ['雪纺面料，透气不闷。'],
      specs: { 尺码: 'S到XL，一百斤以内选S。', 颜色: '有黑色和白色。' },
      faq: [{ ask: ['会不会透', '透不透', '需要打底吗'], answer: '有内衬，不透的。' }],
    },
    {
      id: '3690002',
      number: 2,
      name: '纯棉圆领T恤',
      aliases: ['T恤'],
      price: '29',
      stock: 0,
      shipping: '预售，七天内发货。',
    },
    { id: '3690003', number: 3, name: '山核桃仁', price: '19.90', unit: '袋', specs: { 保质期: '180天' } },
  ],
});
