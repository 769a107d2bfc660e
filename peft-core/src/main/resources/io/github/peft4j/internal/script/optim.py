  # Optimizer arithmetic in place, to be called with gradients switched off.

  # hyper = [lr, beta1, beta2, eps, weight decay, step], float64.
  def adamw_(self: __torch__.Ops, p: Tensor, g: Tensor, m: Tensor, v: Tensor, hyper: Tensor) -> Tensor:
    numbers = annotate(List[float], hyper.tolist())
    lr = numbers[0]
    b1 = numbers[1]
    b2 = numbers[2]
    eps = numbers[3]
    step = numbers[5]
    p.mul_(1. - lr * numbers[4])
    m.lerp_(g, 1. - b1)
    v.mul_(b2)
    v.addcmul_(g, g, value=1. - b2)
    denominator = torch.div(v.sqrt(), (1. - b2 ** step) ** 0.5).add_(eps)
    p.addcdiv_(m, denominator, value=-(lr / (1. - b1 ** step)))
    return p

  def sgd_(self: __torch__.Ops, p: Tensor, g: Tensor, lr: Tensor) -> Tensor:
    p.add_(g, alpha=-float(lr))
    return p

  def norm(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.linalg_vector_norm(x, 2)

  def scale_(self: __torch__.Ops, x: Tensor, factor: Tensor) -> Tensor:
    return x.mul_(factor)

  # Writes x [B, S, D] at place at of the second axis, and gives all up to its end.
  def append_(self: __torch__.Ops, buffer: Tensor, x: Tensor, at: Tensor) -> Tensor:
    start = int(at)
    size = x.size(1)
    target = buffer.narrow(1, start, size)
    target.copy_(x)
    return buffer.narrow(1, 0, start + size)

  def copy_(self: __torch__.Ops, x: Tensor, source: Tensor) -> Tensor:
    return x.copy_(source)

  def place_(self: __torch__.Ops, x: Tensor, axis: Tensor, index: Tensor, source: Tensor) -> Tensor:
    return x.index_copy_(int(axis), index, source)

  def zero_rows_(self: __torch__.Ops, x: Tensor, flags: Tensor) -> Tensor:
    gone = torch.eq(flags, 0).reshape([-1] + [1] * (x.dim() - 1))
    return x.masked_fill_(gone, 0.)

  # How often each tensor was written to, and, if sums is 1, the sum of its numbers after that.
  def stamps(self: __torch__.Ops, first: Tensor, sums: Tensor, tensors: List[Tensor]) -> Tensor:
    found = annotate(List[float], [])
    for x in tensors:
      found.append(float(torch._version(x)))
      if int(sums) == 1:
        found.append(float(torch.sum(x, dtype=7)))
    return torch.tensor(found, dtype=7)
