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
    if bias is not None:
      sum = torch.addmm(torch.sub(flat, bias), low, b.t(), beta=1, alpha=float(scale))
      scaled = torch.addcmul(bias, sum, factor)
    else:
      scaled = torch.mul(torch.addmm(flat, low, b.t(), beta=1, alpha=float(scale)), factor)
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
