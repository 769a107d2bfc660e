  # Variants of LoRA: x [..., in], y [..., out] of the layer beneath, w [out, in] frozen, a [r, in], b [out, r].

  # Lengths of the rows of w + scale b a without that sum: |w|^2 + scale (2 w a^T + scale b (a a^T)) . b. Where rows
  # nearly cancel, that would lose digits, and the sum is made.
  def dora_norm(self: __torch__.Ops, w: Tensor, a: Tensor, b: Tensor, scale: Tensor) -> Tensor:
    s = float(scale)
    w = torch.detach(w)
    a = torch.detach(a)
    b = torch.detach(b)
    own = torch.square(torch.linalg_vector_norm(w, 2, [1]))
    inner = torch.addmm(torch.linear(w, a), b, torch.linear(a, a), beta=2, alpha=s)
    squares = torch.add(own, torch.sum(torch.mul(inner, b), [1]), alpha=s)
    if bool(torch.any(torch.lt(squares, torch.mul(own, 0.01)))):
      norm = torch.linalg_vector_norm(torch.addmm(w, b, a, beta=1, alpha=s), 2, [1])
    else:
      norm = torch.sqrt(squares)
    return norm

  # The same where w and the change lie in another form: both [out, n].
  def dora_norm_of_sum(self: __torch__.Ops, w: Tensor, change: Tensor) -> Tensor:
    return torch.linalg_vector_norm(torch.add(torch.detach(w), torch.detach(change)), 2, [1])

  # bias + m / norm * (y - bias + scale (x a^T) b^T)
  def dora_scaled(self: __torch__.Ops, y: Tensor, x: Tensor, a: Tensor, b: Tensor, m: Tensor, norm: Tensor, scale: Tensor, bias: Optional[Tensor]=None) -> Tensor:
    low = torch.linear(x, a).reshape([-1, a.size(0)])
    flat = y.reshape([-1, b.size(0)])
    factor = torch.div(m, norm)
    sum = torch.addmm(flat, low, b.t(), beta=1, alpha=float(scale))
    if bias is not None:
      # bias + factor (sum - bias): the bias is small, the sum is not gone through again for it.
      scaled = torch.addcmul(torch.sub(bias, torch.mul(bias, factor)), sum, factor)
    else:
      scaled = torch.mul(sum, factor)
    return scaled.reshape(y.size())

  # The same with the norm of now.
  def dora_add(self: __torch__.Ops, y: Tensor, x: Tensor, w: Tensor, a: Tensor, b: Tensor, m: Tensor, scale: Tensor, bias: Optional[Tensor]=None) -> Tensor:
    return self.dora_scaled(y, x, a, b, m, self.dora_norm(w, a, b, scale), scale, bias)

  # With y [B, out, length...] and what LoRA adds to it; m and norm have as many numbers as there are channels.
  def dora_channels(self: __torch__.Ops, y: Tensor, change: Tensor, m: Tensor, norm: Tensor, bias: Optional[Tensor]=None) -> Tensor:
    form = [-1] + [1] * (y.dim() - 2)
    factor = torch.div(m.reshape(form), norm.reshape(form))
    if bias is not None:
      shift = bias.reshape(form)
      scaled = torch.addcmul(shift, torch.add(torch.sub(y, shift), change), factor)
    else:
      scaled = torch.mul(torch.add(y, change), factor)
    return scaled

  # y + (m / norm - 1) again + m / norm change: `again` is the frozen layer without its bias on another input. The
  # features stand on this axis.
  def dora_again(self: __torch__.Ops, y: Tensor, again: Tensor, change: Tensor, m: Tensor, norm: Tensor, axis: Tensor) -> Tensor:
    form = [-1] + [1] * (y.dim() - 1 - int(axis))
    factor = torch.div(m.reshape(form), norm.reshape(form))
    return torch.add(torch.addcmul(y, again, torch.sub(factor, 1.)), torch.mul(change, factor))

  # m / norm * (w + change), rows of [out, n]
  def dora_rows(self: __torch__.Ops, w: Tensor, change: Tensor, m: Tensor, norm: Tensor) -> Tensor:
    return torch.mul(torch.add(w, change), torch.div(m.reshape([-1]), norm).unsqueeze(1))

  # A number that grows with each write to a or b.
  def writes(self: __torch__.Ops, a: Tensor, b: Tensor) -> Tensor:
    return torch.tensor(torch._version(a) + torch._version(b), dtype=4, device="cpu")

  # m / norm * (y + scale (rows of a^T by ids) b^T), where norm already holds its own scale
  def dora_embedded(self: __torch__.Ops, y: Tensor, ids: Tensor, a: Tensor, b: Tensor, m: Tensor, norm: Tensor, scale: Tensor) -> Tensor:
    low = torch.embedding(a.t(), ids).reshape([-1, a.size(0)])
    flat = y.reshape([-1, b.size(0)])
    sum = torch.addmm(flat, low, b.t(), beta=1, alpha=float(scale))
    return torch.mul(sum, torch.div(m, norm)).reshape(y.size())

  # Blocks [n rows, columns] that lie one above the other, laid on the diagonal of [n rows, n columns].
  def on_diagonal(self: __torch__.Ops, blocks: Tensor, count: Tensor) -> Tensor:
    n = int(count)
    rows = blocks.reshape([n, -1, 1, blocks.size(1)])
    places = torch.eye(n, dtype=blocks.dtype, device=blocks.device).reshape([n, 1, n, 1])
    return torch.mul(rows, places).reshape([blocks.size(0), n * blocks.size(1)])

  # x [..., in] in groups of features, the last one filled with zeros: [tokens, groups, features].
  def velora_groups(self: __torch__.Ops, x: Tensor, groups: int) -> Tensor:
    size = (x.size(-1) + groups - 1) // groups
    missing = groups * size - x.size(-1)
    if missing != 0:
      x = torch.constant_pad_nd(x, [0, missing])
    return x.reshape([-1, groups, size])

  def velora_unit(self: __torch__.Ops, v: Tensor) -> Tensor:
    norm = torch.linalg_vector_norm(v, 2)
    if bool(torch.eq(norm, 0.)):
      unit = torch.div(torch.ones_like(v), float(v.size(0)) ** 0.5)
    else:
      unit = torch.div(v, norm)
    return unit

  # The direction of the mean group of a batch.
  def velora_mean(self: __torch__.Ops, x: Tensor, groups: Tensor) -> Tensor:
    return self.velora_unit(torch.mean(self.velora_groups(torch.detach(x), int(groups)), [0, 1]))

  # x a^T. The gradient of x is the usual one; that of a sees each group of x as its projection on a direction alone, so
  # that one number a group is kept for it: a sum that is zero carries it.
  def velora_low(self: __torch__.Ops, x: Tensor, a: Tensor, direction: Tensor, groups: Tensor, scale: Tensor) -> Tensor:
    n = int(groups)
    compressed = torch.matmul(self.velora_groups(torch.detach(x), n), direction)
    weights = torch.matmul(self.velora_groups(a, n), direction)
    carrier = torch.mul(torch.linear(compressed, weights), float(scale))
    low = torch.linear(x, torch.detach(a))
    return torch.add(low, torch.sub(carrier, torch.detach(carrier)).reshape(low.size()))

  # Shares of n noisy copies, out of a Dirichlet distribution as normal numbers in the exponent; z [n] standard normal.
  def monte_shares(self: __torch__.Ops, experts: Tensor, z: Tensor) -> Tensor:
    n = float(experts.size(0))
    alpha = torch.clamp_min(torch.exp(experts), 9.9999999999999995e-07)
    logs = torch.log(alpha)
    inverse = torch.reciprocal(alpha)
    variance = torch.add(torch.mul(inverse, 1. - 2. / n), torch.mul(torch.sum(inverse), 1. / (n * n)))
    deviation = torch.sqrt(torch.add(torch.clamp_min(variance, 9.9999999999999995e-07), 9.9999999999999995e-07))
    return torch.softmax(torch.add(torch.mul(deviation, z), torch.sub(logs, torch.mean(logs))), -1)

  # Variances of the columns of the noise: w [r] are the diagonal of a draw out of Wishart's distribution.
  def monte_variances(self: __torch__.Ops, std: Tensor, w: Tensor) -> Tensor:
    return torch.clamp_min(torch.mul(torch.exp(torch.mul(std, 2.)), w), 0.001)

  # a [r, in] plus the mean of noise [n, in, r] by shares [n], with these variances [r].
  def monte_a(self: __torch__.Ops, a: Tensor, noise: Tensor, shares: Tensor, variances: Tensor, scale: Tensor) -> Tensor:
    mean = torch.tensordot(shares, noise, [0], [0])
    return torch.add(a, torch.mul(mean, torch.sqrt(variances)).t(), alpha=float(scale))

  # Distance of what is trained from the prior distributions; prior: n numbers of one value.
  def monte_distance(self: __torch__.Ops, std: Tensor, experts: Tensor, variances: Tensor, prior: Tensor) -> Tensor:
    r = float(std.size(0))
    n = float(experts.size(0))
    p = float(prior)
    alpha = torch.exp(experts)
    total = torch.sum(alpha)
    given = torch.full([experts.size(0)], p, dtype=std.dtype, device=std.device)
    gammas = torch.sub(torch.lgamma(total), torch.lgamma(torch.sum(given)))
    each = torch.sub(torch.lgamma(alpha), torch.lgamma(given))
    slopes = torch.mul(torch.sub(alpha, given), torch.sub(torch.digamma(alpha), torch.digamma(total)))
    shares = torch.add(gammas, torch.sum(torch.add(each, slopes)))
    squares = torch.exp(torch.mul(std, 2.))
    wishart = torch.mul(torch.sub(torch.mul(torch.sub(torch.sum(squares), torch.sum(torch.mul(std, 2.))), r), r * r), 0.5)
    bounded = torch.clamp_min(variances, 9.9999999999999995e-07)
    normal = torch.mul(torch.sub(torch.sub(torch.sum(bounded), torch.sum(torch.log(bounded))), r), 0.5 * n)
    return torch.add(torch.add(shares, wishart), normal)
