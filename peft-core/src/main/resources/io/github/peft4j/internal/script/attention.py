  # Scaled dot-product attention. Projections hold their heads side by side: q [B, S, N H], k and v
  # [B, T, K H]; N query heads share K key heads, N / K each. Queries are the last S of T positions.

  # q [B, N, S, H], k, v [B, N, T, H] -> [B, N, S, H]. mask is true where a key may be seen, or a sum on
  # the scores; cap > 0 bends the scores to cap * tanh(scores / cap) before the mask.
  def attend(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], p: float, scale: float, causal: bool, cap: float) -> Tensor:
    if cap > 0.:
      bent = torch.mul(torch.tanh(torch.mul(torch.matmul(q, k.transpose(2, 3)), scale / cap)), cap)
      if mask is not None:
        if mask.dtype == 11:
          bent = torch.masked_fill(bent, torch.logical_not(mask), float("-inf"))
        else:
          bent = torch.add(bent, mask)
      if causal:
        bent = torch.masked_fill(bent, torch.logical_not(self.triangle(q, q.size(2), k.size(2), 0)), float("-inf"))
      o = torch.matmul(torch.dropout(torch._safe_softmax(bent, -1), p, True), v)
    else:
      o = torch.scaled_dot_product_attention(q, k, v, mask, p, causal, scale=scale)
    return o

  # The same with fewer key heads: k, v [B, K, T, H]. A single query needs no repeated keys: the
  # queries of a group stand side by side as a sequence does.
  def attend_grouped(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], p: float, scale: float, causal: bool, cap: float) -> Tensor:
    groups = q.size(1) // k.size(1)
    side_by_side = q.size(2) == 1
    if mask is not None:
      if mask.dim() == 4:
        side_by_side = side_by_side and mask.size(1) == 1
    if groups == 1:
      o = self.attend(q, k, v, mask, p, scale, causal, cap)
    elif side_by_side:
      side = q.reshape([q.size(0), k.size(1), groups, q.size(3)])
      o = self.attend(side, k, v, mask, p, scale, False, cap).reshape(q.size())
    else:
      o = self.attend(q, torch.repeat_interleave(k, groups, 1), torch.repeat_interleave(v, groups, 1), mask, p, scale, causal, cap)
    return o

  # [S, T], true where the query may see the key: no later one, and, with window > 0, no earlier one
  # than window - 1 before it.
  def triangle(self: __torch__.Ops, like: Tensor, s: int, t: int, window: int) -> Tensor:
    ones = torch.ones([s, t], dtype=11, device=like.device)
    seen = torch.tril(ones, t - s)
    if window > 0:
      seen = torch.triu(seen, t - s - window + 1)
    return seen

  # [B, 1, 1 or S, T], true where a query may see a key. tokens [B, T] is not 0 for real tokens. A query
  # of padding may see nothing: its attention is 0.
  def visible(self: __torch__.Ops, tokens: Tensor, queries: Tensor, causal: Tensor, window: Tensor) -> Tensor:
    keys = torch.ne(tokens, 0).unsqueeze(1).unsqueeze(1)
    if bool(causal):
      s = int(queries)
      t = tokens.size(1)
      keys = torch.logical_and(keys, self.triangle(tokens, s, t, int(window)))
    return keys

  # A bias on the scores [1, N, S, T] where the key is visible, minus infinity elsewhere.
  def biased(self: __torch__.Ops, bias: Tensor, seen: Tensor) -> Tensor:
    return torch.masked_fill(bias, torch.logical_not(seen), float("-inf"))

  # mask [B or 1, 1 or N, S or 1, T], as in attend.
  def attention(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, heads: Tensor, kv_heads: Tensor, p: Tensor, scale: Tensor, causal: Tensor, cap: Tensor, mask: Optional[Tensor]=None) -> Tensor:
    size = q.size()
    qh = q.view([size[0], size[1], int(heads), -1]).transpose(1, 2)
    kh = k.view([size[0], k.size(1), int(kv_heads), -1]).transpose(1, 2)
    vh = v.view([size[0], k.size(1), int(kv_heads), -1]).transpose(1, 2)
    o = self.attend_grouped(qh, kh, vh, mask, float(p), float(scale), bool(causal), float(cap))
    return o.transpose(1, 2).reshape([size[0], size[1], -1])

  # Sequences laid end to end without padding: q [R, N H], k, v [U, K H]. A run (count, S, T) is count
  # neighbours of S queries and T keys each, computed side by side. bias [1, N, >= S, >= T] is summed
  # on the scores of each, from its first position on.
  def packed_attention(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, runs: Tensor, heads: Tensor, kv_heads: Tensor, p: Tensor, scale: Tensor, causal: Tensor, window: Tensor, cap: Tensor, bias: Optional[Tensor]=None) -> Tensor:
    n = int(heads)
    kn = int(kv_heads)
    band = int(window)
    spans = annotate(List[List[int]], runs.tolist())
    qs = annotate(List[int], [])
    ks = annotate(List[int], [])
    for run in spans:
      qs.append(run[0] * run[1])
      ks.append(run[0] * run[2])
    # One split, not slices: the gradient of each slice would be a tensor of the whole's size.
    q_parts = torch.split_with_sizes(q, qs)
    k_parts = torch.split_with_sizes(k, ks)
    v_parts = torch.split_with_sizes(v, ks)
    parts = annotate(List[Tensor], [])
    for i in range(len(spans)):
      run = spans[i]
      count = run[0]
      s = run[1]
      t = run[2]
      qh = q_parts[i].view([count, s, n, -1]).transpose(1, 2)
      kh = k_parts[i].view([count, t, kn, -1]).transpose(1, 2)
      vh = v_parts[i].view([count, t, kn, -1]).transpose(1, 2)
      triangle = bool(causal)
      mask = annotate(Optional[Tensor], None)
      if bias is not None:
        added = bias[:, :, :s, :t]
        if triangle:
          added = torch.masked_fill(added, torch.logical_not(self.triangle(q, s, t, band)), float("-inf"))
        mask = added
        triangle = False
      elif triangle and band > 0 and band < s:
        mask = self.triangle(q, s, t, band)
        triangle = False
      o = self.attend_grouped(qh, kh, vh, mask, float(p), float(scale), triangle, float(cap))
      parts.append(o.transpose(1, 2).reshape([count * s, -1]))
    return torch.cat(parts)

  # [B, N, S, T]: what the distance of a query and a key adds to their score. q [B, N, S, H], k [B, N, T, H];
  # keys and queries [N, P, H] stand for P distances, and rows [S, T] says which of them lies between two
  # positions. kinds: 1 = queries meet the distance's key, 2 = keys meet its query, 3 = both.
  def distance_scores(self: __torch__.Ops, q: Tensor, k: Tensor, rows: Tensor, keys: Tensor, queries: Tensor, kinds: int) -> Tensor:
    index = rows.expand([q.size(0), q.size(1), q.size(2), k.size(2)])
    if kinds == 1:
      scores = torch.gather(torch.matmul(q, keys.transpose(1, 2)), -1, index)
    elif kinds == 2:
      scores = torch.gather(torch.matmul(k, queries.transpose(1, 2)), -1, index.transpose(2, 3)).transpose(2, 3)
    elif kinds == 3:
      met = torch.gather(torch.matmul(q, keys.transpose(1, 2)), -1, index)
      scores = torch.add(met, torch.gather(torch.matmul(k, queries.transpose(1, 2)), -1, index.transpose(2, 3)).transpose(2, 3))
    else:
      scores = torch.zeros([1, 1, q.size(2), k.size(2)], dtype=q.dtype, device=q.device)
    return scores

  # The least float32 rather than minus infinity where mask is false: a query that sees nothing then sees
  # everything alike.
  def disentangle(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, rows: Tensor, keys: Tensor, queries: Tensor, kinds: int, mask: Optional[Tensor], p: float, scale: float) -> Tensor:
    scores = torch.mul(self.distance_scores(q, k, rows, keys, queries, kinds), scale)
    if mask is not None:
      scores = torch.where(mask, scores, torch.full([], -3.4028234663852886e38, dtype=q.dtype, device=q.device))
    return torch.scaled_dot_product_attention(q, k, v, scores, p, False, scale=scale)

  # tokens [B, T] is not 0 for real tokens; queries are the first S of the T positions.
  def disentangled(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, rows: Tensor, keys: Tensor, queries: Tensor, kinds: Tensor, heads: Tensor, p: Tensor, scale: Tensor, tokens: Optional[Tensor]=None) -> Tensor:
    n = int(heads)
    s = q.size(1)
    t = k.size(1)
    qh = q.view([q.size(0), s, n, -1]).transpose(1, 2)
    kh = k.view([k.size(0), t, n, -1]).transpose(1, 2)
    vh = v.view([k.size(0), t, n, -1]).transpose(1, 2)
    mask = annotate(Optional[Tensor], None)
    if tokens is not None:
      real = torch.ne(tokens, 0)
      asks = real[:, :s].unsqueeze(1).unsqueeze(3)
      mask = torch.logical_and(asks, real.unsqueeze(1).unsqueeze(2))
      # No score of a query of padding, and so no gradient, reaches a key.
      qh = torch.masked_fill(qh, torch.logical_not(asks), 0.)
    o = self.disentangle(qh, kh, vh, rows[:s, :t], self.by_head(keys, n), self.by_head(queries, n), int(kinds), mask, float(p), float(scale))
    return o.transpose(1, 2).reshape(q.size())

  # [P, N H] -> [N, P, H]
  def by_head(self: __torch__.Ops, x: Tensor, n: int) -> Tensor:
    return x.unflatten(1, [n, -1]).transpose(0, 1)

  # Sequences laid end to end, as in packed_attention.
  def packed_disentangled(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, runs: Tensor, rows: Tensor, keys: Tensor, queries: Tensor, kinds: Tensor, heads: Tensor, p: Tensor, scale: Tensor) -> Tensor:
    n = int(heads)
    key_heads = self.by_head(keys, n)
    query_heads = self.by_head(queries, n)
    spans = annotate(List[List[int]], runs.tolist())
    qs = annotate(List[int], [])
    ks = annotate(List[int], [])
    for run in spans:
      qs.append(run[0] * run[1])
      ks.append(run[0] * run[2])
    q_parts = torch.split_with_sizes(q, qs)
    k_parts = torch.split_with_sizes(k, ks)
    v_parts = torch.split_with_sizes(v, ks)
    parts = annotate(List[Tensor], [])
    for i in range(len(spans)):
      run = spans[i]
      qh = q_parts[i].view([run[0], run[1], n, -1]).transpose(1, 2)
      kh = k_parts[i].view([run[0], run[2], n, -1]).transpose(1, 2)
      vh = v_parts[i].view([run[0], run[2], n, -1]).transpose(1, 2)
      o = self.disentangle(qh, kh, vh, rows[:run[1], :run[2]], key_heads, query_heads, int(kinds), None, float(p), float(scale))
      parts.append(o.transpose(1, 2).reshape([run[0] * run[1], -1]))
    return torch.cat(parts)

  # Turns each head's first R features by the position's angle, halves against halves: x [..., S, N H],
  # cos and sin [..., S, R].
  def rotary(self: __torch__.Ops, x: Tensor, cos: Tensor, sin: Tensor, heads: Tensor) -> Tensor:
    size = x.size()
    last = len(size) - 1
    x_heads = x.unflatten(last, [int(heads), -1])
    r = cos.size(-1)
    turned = x_heads.narrow(-1, 0, r)
    half = r // 2
    other = torch.cat([torch.neg(turned.narrow(-1, half, half)), turned.narrow(-1, 0, half)], -1)
    y = torch.add(torch.mul(turned, cos.unsqueeze(-2)), torch.mul(other, sin.unsqueeze(-2)))
    if r < x_heads.size(-1):
      y = torch.cat([y, x_heads.narrow(-1, r, x_heads.size(-1) - r)], -1)
    return y.reshape(size)
