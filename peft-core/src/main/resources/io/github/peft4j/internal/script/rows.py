  # What thin products make of their rows of x, added in place: segments (start, length, product) along
  # the first axis, flat.
  def add_low_ranks(self: __torch__.Ops, y: Tensor, x: Tensor, segments: Tensor, scales: Tensor, a: List[Tensor], b: List[Tensor]) -> Tensor:
    flat = y.reshape([-1, y.size(-1)])
    rows = x.reshape([-1, x.size(-1)])
    spans = annotate(List[int], segments.tolist())
    factors = annotate(List[float], scales.tolist())
    # All that lies behind the first axis counts as rows of a matrix: few and small calls, as there can be hundreds.
    width = rows.size(0) // x.size(0)
    # Turned and laid out once: each is multiplied with many short stretches.
    down = annotate(List[Tensor], [])
    up = annotate(List[Tensor], [])
    for i in range(len(factors)):
      _0 = torch.append(down, a[i].t().contiguous())
      _1 = torch.append(up, b[i].t().contiguous())
    for i in range(len(spans) // 3):
      start = spans[3 * i] * width
      length = spans[3 * i + 1] * width
      k = spans[3 * i + 2]
      low = torch.mm(torch.narrow(rows, 0, start, length), down[k])
      torch.addmm_(torch.narrow(flat, 0, start, length), low, up[k], beta=1, alpha=factors[k])
    return flat.reshape(y.size())

  # Rows that have fewer columns than others, filled up with minus infinity.
  def widened(self: __torch__.Ops, x: Tensor, width: Tensor) -> Tensor:
    return torch.constant_pad_nd(x, [0, int(width) - x.size(-1)], float('-inf'))

  def joined(self: __torch__.Ops, first: Tensor, others: List[Tensor]) -> Tensor:
    parts = annotate(List[Tensor], [first])
    for i in range(len(others)):
      _0 = torch.append(parts, others[i])
    return torch.cat(parts, 0)
