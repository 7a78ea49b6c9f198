// Cases of the field type rich-text for the contract suite: what stays, and what is taken out on the way in.
import type { FieldExamples } from 'peyvand/sdk';

export const examples: FieldExamples = {
  definitions: [
    { type: 'string', field: { type: 'rich-text' } },
    { type: 'string', maxLength: 20, field: { type: 'rich-text' } },
  ],
  valid: [
    { value: '<p>Plain</p>' },
    { value: '<p><strong>Bold</strong> and <em>italic</em></p>' },
    { value: '<ul><li>one</li><li>two</li></ul>' },
    { value: '<p dir="rtl" lang="fa">متن می‌خواهم</p>' },
    { value: '<a href="https://example.com">link</a>' },
    {
      value: '<a href="https://example.com" target="_self">link</a>',
      read: '<a href="https://example.com" target="_blank" rel="noopener noreferrer">link</a>',
    },
    { value: '<p>before</p><script>alert(1)</script><p>after</p>', read: '<p>before</p><p>after</p>' },
    { value: '<p onclick="alert(1)">click</p>', read: '<p>click</p>' },
    { value: '<p style="position:fixed">styled</p>', read: '<p>styled</p>' },
    { value: '<style>p { color: red }</style><p>x</p>', read: '<p>x</p>' },
    { value: '<a href="javascript:alert(1)">bad</a>', read: '<a>bad</a>' },
    { value: '<a href=" jAvAsCrIpT:alert(1)">bad</a>', read: '<a>bad</a>' },
    { value: '<a href="//evil.example">bad</a>', read: '<a>bad</a>' },
    { value: '<img src=x onerror=alert(1)>text', read: 'text' },
    { value: '<iframe src="https://example.com"></iframe>left', read: 'left' },
    { value: '<svg onload=alert(1)></svg>left', read: 'left' },
    { value: '<p>unclosed', read: '<p>unclosed</p>' },
    { value: 'a < b & c', read: 'a &lt; b &amp; c' },
    { value: '' },
    { value: '<p>12345678</p>', definition: 1 },
  ],
  invalid: [
    { value: 1 },
    { value: true },
    { value: [] },
    { value: {} },
    { value: '<p>\0</p>' },
    { value: '<p>\ud800</p>' },
    { value: '\udc00' },
    { value: 'x'.repeat(1_048_577) },
    { value: '<p>12345678901234567890</p>', definition: 1 },
    { value: '<'.repeat(20), definition: 1 },
    { value: '&'.repeat(20), definition: 1 },
    { value: 'x'.repeat(21), definition: 1 },
  ],
  filters: [
    { filter: "contains(f,'Bold')", matches: 1 },
    { filter: 'f ne null', matches: 19 },
  ],
};
