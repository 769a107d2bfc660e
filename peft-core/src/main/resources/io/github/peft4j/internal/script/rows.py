  # What thin products make of their rows of x, added in place: segments (start, length, product) along
  # the first axis, flat.
  def add_low_ranks(self: __torch__.Ops, y: Tensor, x: Tensor, segments: Tensor, scales: Tensor, a: List[Tensor], b: List[Tensor]) -> Tensor:
    n = x.size(0)
    flat = y.reshape([n, -1, y.size(-1)])
    rows = x.reshape([n, -1, x.size(-1)])
    for i in range(segments.size(0) // 3):
      start = int(segments[3 * i])
      length = int(segments[3 * i + 1])
      k = int(segments[3 * i + 2])
      low = torch.linear(torch.narrow(rows, 0, start, length), a[k]).reshape([-1, a[k].size(0)])
      part = torch.narrow(flat, 0, start, length).reshape([-1, b[k].size(0)])
      torch.addmm_(part, low, b[k].t(), beta=1, alpha=float(scales[k]))
    return flat.reshape(y.size())

  # Rows that have fewer columns than others, filled up with minus infinity.
  def widened(self: __torch__.Ops, x: Tensor, width: Tensor) -> Tensor:
    return torch.constant_pad_nd(x, [0, int(width) - x.size(-1)], float('-inf'))

  def joined(self: __torch__.Ops, first: Tensor, others: List[Tensor]) -> Tensor:
    parts = annotate(List[Tensor], [first])
    for i in range(len(others)):
      _0 = torch.append(parts, others[i])
    return torch.cat(parts, 0)
