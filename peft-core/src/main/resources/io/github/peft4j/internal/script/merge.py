  # Adding trained tensors to each other, and products of thin matrices.

  # x with all but its k numbers of the largest amount at zero.
  def keep_largest(self: __torch__.Ops, x: Tensor, k: Tensor) -> Tensor:
    flat = x.reshape([-1])
    _, places = torch.topk(torch.abs(flat), int(k), -1)
    kept = torch.index_fill(torch.zeros_like(flat), 0, places, 1.)
    return torch.mul(x, kept.view(x.size()))

  # x with those numbers at zero whose draw from [0, 1) is not below the density, the others divided by it.
  def keep_drawn(self: __torch__.Ops, x: Tensor, draws: Tensor, density: Tensor) -> Tensor:
    kept = torch.lt(draws, float(density))
    return torch.div(torch.mul(x, kept), float(density))

  # stack [n, ...] and weights [n]: the sum of w_i x_i.
  def weighted_sum(self: __torch__.Ops, stack: Tensor, weights: Tensor) -> Tensor:
    w = weights.view([-1] + [1] * (stack.dim() - 1))
    return torch.sum(torch.mul(stack, w), [0])

  # The mean of w_i x_i over those i whose number has the sign that prevails at its place: that of the sum, or, with
  # votes, of the sum of signs; zero counts as positive.
  def elected_mean(self: __torch__.Ops, stack: Tensor, weights: Tensor, votes: Tensor) -> Tensor:
    signs = torch.sign(stack)
    counted = stack
    if int(votes) == 1:
      counted = signs
    prevails = torch.ge(torch.sum(counted, [0]), 0.)
    one = torch.ones([], dtype=stack.dtype, device=stack.device)
    chosen = torch.eq(signs, torch.where(prevails, one, torch.neg(one)))
    w = weights.view([-1] + [1] * (stack.dim() - 1))
    total = torch.sum(torch.mul(torch.mul(stack, w), chosen), [0])
    return torch.div(total, torch.clamp(torch.sum(chosen, [0]), 1))

  # The singular value decomposition of b [m, r] a [r, n] by way of its core of r rows: u [m, k], s [k], vh [k, n].
  def svd_of_product(self: __torch__.Ops, b: Tensor, a: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    qb, rb = torch.linalg_qr(b, "reduced")
    qa, ra = torch.linalg_qr(a.t(), "reduced")
    u, s, vh = torch.linalg_svd(torch.matmul(rb, ra.t()), False)
    return (torch.matmul(qb, u), s, torch.matmul(vh, qa.t()))

  # x with its numbers cut at plus and minus the bound.
  def clip(self: __torch__.Ops, x: Tensor, bound: Tensor) -> Tensor:
    return torch.minimum(torch.maximum(x, torch.neg(bound)), bound)

  # The number below which a share q of all numbers of both lies, interpolated.
  def joint_quantile(self: __torch__.Ops, x: Tensor, y: Tensor, q: Tensor) -> Tensor:
    return torch.quantile(torch.cat([x.reshape([-1]), y.reshape([-1])]), float(q))
