  # Scaled dot-product attention. q, k, v come from the projections, heads side by side.

  # q [B, S, N H], k, v [B, T, N H], mask [B, 1 or S, T] true where a key may be seen -> [B, S, N H].
  def attention(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, heads: Tensor, p: Tensor, mask: Optional[Tensor]=None) -> Tensor:
    n = int(heads)
    size = q.size()
    h = size[2] // n
    qh = q.view([size[0], size[1], n, h]).transpose(1, 2)
    kh = k.view([size[0], -1, n, h]).transpose(1, 2)
    vh = v.view([size[0], -1, n, h]).transpose(1, 2)
    if mask is not None:
      m = mask.unsqueeze(1)
      o = torch.scaled_dot_product_attention(qh, kh, vh, m, float(p))
    else:
      o = torch.scaled_dot_product_attention(qh, kh, vh, None, float(p))
    return o.transpose(1, 2).reshape(size)

  # Sequences laid end to end without padding: q [R, N H] with row bounds qb [B + 1], k, v [T, N H]
  # with bounds kb [B + 1]; each sequence sees itself alone.
  def packed_attention(self: __torch__.Ops, q: Tensor, k: Tensor, v: Tensor, qb: Tensor, kb: Tensor, heads: Tensor, p: Tensor) -> Tensor:
    n = int(heads)
    d = q.size(1)
    h = d // n
    rate = float(p)
    parts = annotate(List[Tensor], [])
    for i in range(kb.size(0) - 1):
      qs = int(qb[i])
      qe = int(qb[i + 1])
      ks = int(kb[i])
      ke = int(kb[i + 1])
      qh = q[qs:qe].view([1, qe - qs, n, h]).transpose(1, 2)
      kh = k[ks:ke].view([1, ke - ks, n, h]).transpose(1, 2)
      vh = v[ks:ke].view([1, ke - ks, n, h]).transpose(1, 2)
      o = torch.scaled_dot_product_attention(qh, kh, vh, None, rate)
      parts.append(o.transpose(1, 2).reshape([qe - qs, d]))
    return torch.cat(parts)
