  # What methods add to a linear layer: x [..., in], y [..., out].

  # Shared a [r, in] and b [out, r] are frozen; d [r] and o [out] weigh what they give.
  def vera_delta(self: __torch__.Ops, x: Tensor, a: Tensor, b: Tensor, d: Tensor, o: Tensor, scale: Tensor) -> Tensor:
    low = torch.mul(torch.linear(x, a), d)
    return torch.mul(torch.mul(torch.linear(low, b), o), float(scale))

  def vera_add(self: __torch__.Ops, y: Tensor, x: Tensor, a: Tensor, b: Tensor, d: Tensor, o: Tensor, scale: Tensor) -> Tensor:
    low = torch.mul(torch.linear(x, a), d)
    return torch.addcmul(y, torch.linear(low, b), o, value=float(scale))

  def vera_weight(self: __torch__.Ops, a: Tensor, b: Tensor, d: Tensor, o: Tensor, scale: Tensor) -> Tensor:
    change = torch.matmul(torch.mul(b, o.unsqueeze(1)), torch.mul(a, d.unsqueeze(1)))
    return torch.mul(change, float(scale))

  # y + scale x w^T, with the sum made by the product.
  def add_linear(self: __torch__.Ops, y: Tensor, x: Tensor, w: Tensor, scale: float) -> Tensor:
    flat = y.reshape([-1, w.size(0)])
    return torch.addmm(flat, x.reshape([flat.size(0), w.size(1)]), w.t(), beta=1, alpha=scale).reshape(y.size())

  def hadamard_weight(self: __torch__.Ops, a1: Tensor, b1: Tensor, a2: Tensor, b2: Tensor, scale: Tensor) -> Tensor:
    return torch.mul(torch.mul(torch.matmul(a1, b1), torch.matmul(a2, b2)), float(scale))

  # Whether a Hadamard product of two products of rank r is cheaper to apply as a product of rank r^2.
  def hadamard_is_thin(self: __torch__.Ops, a: Tensor, b: Tensor) -> bool:
    rank = a.size(1) * a.size(1)
    return rank * (a.size(0) + b.size(1)) < a.size(0) * b.size(1)

  # The factors of that product: [out, r^2] and [r^2, in].
  def hadamard_left(self: __torch__.Ops, a1: Tensor, a2: Tensor) -> Tensor:
    return torch.flatten(torch.mul(a1.unsqueeze(2), a2.unsqueeze(1)), 1, 2)

  def hadamard_right(self: __torch__.Ops, b1: Tensor, b2: Tensor) -> Tensor:
    return torch.flatten(torch.mul(b1.unsqueeze(1), b2.unsqueeze(0)), 0, 1)

  def hadamard_delta(self: __torch__.Ops, x: Tensor, a1: Tensor, b1: Tensor, a2: Tensor, b2: Tensor, scale: Tensor) -> Tensor:
    if self.hadamard_is_thin(a1, b1):
      low = torch.linear(x, self.hadamard_right(b1, b2))
      delta = torch.mul(torch.linear(low, self.hadamard_left(a1, a2)), float(scale))
    else:
      delta = torch.linear(x, self.hadamard_weight(a1, b1, a2, b2, scale))
    return delta

  def hadamard_add(self: __torch__.Ops, y: Tensor, x: Tensor, a1: Tensor, b1: Tensor, a2: Tensor, b2: Tensor, scale: Tensor) -> Tensor:
    if self.hadamard_is_thin(a1, b1):
      low = torch.linear(x, self.hadamard_right(b1, b2))
      sum = self.add_linear(y, low, self.hadamard_left(a1, a2), float(scale))
    else:
      sum = self.add_linear(y, x, self.hadamard_weight(a1, b1, a2, b2, scale), 1.)
    return sum

  # x [..., m n] as [m, n]: w1 [l, m] from the left, w2 [k, n] from the right.
  def kronecker_delta(self: __torch__.Ops, x: Tensor, w1: Tensor, w2: Tensor, scale: Tensor) -> Tensor:
    size = x.size()
    size[-1] = w1.size(0) * w2.size(0)
    right = torch.linear(x.reshape([-1, w1.size(1), w2.size(1)]), w2)
    return torch.mul(torch.matmul(w1, right), float(scale)).reshape(size)

  def kronecker(self: __torch__.Ops, w1: Tensor, w2: Tensor, scale: Tensor) -> Tensor:
    left = w1
    if w2.dim() == 4:
      left = w1.unsqueeze(2).unsqueeze(3)
    return torch.mul(torch.kron(left, w2.contiguous()), float(scale)).reshape([w1.size(0) * w2.size(0), -1])

  def tucker(self: __torch__.Ops, core: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.einsum("ijkl,ip,jr->prkl", [core, a, b])

  # Core and b together: [r, in, kernel, kernel]; and a with that: [out, in, kernel, kernel].
  def tucker_right(self: __torch__.Ops, core: Tensor, b: Tensor) -> Tensor:
    return torch.einsum("ijkl,jr->irkl", [core, b])

  def tucker_left(self: __torch__.Ops, right: Tensor, a: Tensor) -> Tensor:
    return torch.einsum("irkl,ip->prkl", [right, a])

  # The value of a with its own right part, and its gradient with the other's, as PEFT has it: a sum
  # that is zero carries that gradient.
  def tucker_crossed(self: __torch__.Ops, a: Tensor, own: Tensor, other: Tensor) -> Tensor:
    carrier = self.tucker_left(torch.detach(other), a)
    return torch.add(self.tucker_left(own, torch.detach(a)), torch.sub(carrier, torch.detach(carrier)))

  def tucker_product(self: __torch__.Ops, core1: Tensor, a1: Tensor, b1: Tensor, core2: Tensor, a2: Tensor, b2: Tensor, scale: Tensor) -> Tensor:
    right1 = self.tucker_right(core1, b1)
    right2 = self.tucker_right(core2, b2)
    product = torch.mul(self.tucker_crossed(a1, right1, right2), self.tucker_crossed(a2, right2, right1))
    return torch.mul(product, float(scale)).reshape([a1.size(1), -1])

  # Which of n places are left, over their share if they are to be rescaled.
  def left_places(self: __torch__.Ops, x: Tensor, n: int, p: Tensor, rescale: Tensor) -> Tensor:
    left = torch.to(torch.gt(torch.rand([n], dtype=x.dtype, device=x.device), float(p)), x.dtype)
    if bool(rescale):
      left = torch.div(left, torch.clamp_min(torch.mean(left), 1. / float(n)))
    return left

  def drop_last(self: __torch__.Ops, x: Tensor, p: Tensor, rescale: Tensor) -> Tensor:
    return torch.mul(x, self.left_places(x, x.size(-1), p, rescale))

  def drop_first(self: __torch__.Ops, x: Tensor, p: Tensor, rescale: Tensor) -> Tensor:
    left = self.left_places(x, x.size(0), p, rescale)
    return torch.mul(x, left.reshape([x.size(0), 1]))

  # a [r, in] and b [out, r] weighed by e [r, 1], over the number of ranks.
  def singular_factor(self: __torch__.Ops, ranks: Tensor, scale: Tensor) -> float:
    return float(scale) / (float(ranks) + 1.0000000000000001e-05)

  def singular_add(self: __torch__.Ops, y: Tensor, x: Tensor, a: Tensor, e: Tensor, b: Tensor, ranks: Tensor, scale: Tensor) -> Tensor:
    return self.add_linear(y, torch.linear(x, torch.mul(a, e)), b, self.singular_factor(ranks, scale))

  def singular_delta(self: __torch__.Ops, x: Tensor, a: Tensor, e: Tensor, b: Tensor, ranks: Tensor, scale: Tensor) -> Tensor:
    delta = torch.linear(torch.linear(x, torch.mul(a, e)), b)
    return torch.mul(delta, self.singular_factor(ranks, scale))

  def singular_weight(self: __torch__.Ops, a: Tensor, e: Tensor, b: Tensor, ranks: Tensor, scale: Tensor) -> Tensor:
    return torch.mul(torch.matmul(b, torch.mul(a, e)), self.singular_factor(ranks, scale))

  # Lengths along an axis, none of which counts as less than 1e-4.
  def lengths(self: __torch__.Ops, x: Tensor, axis: int) -> Tensor:
    return torch.clamp_min(torch.linalg_vector_norm(x, 2, [axis]), 0.0001)

  # a [r, in] beside b [out, r]: its rows over their length, over that of b's columns and over r, times strength [1];
  # its columns times norms [in].
  def delora_a(self: __torch__.Ops, a: Tensor, b: Tensor, strength: Tensor, norms: Tensor) -> Tensor:
    share = torch.div(strength, float(a.size(0)))
    factors = torch.div(share, torch.mul(self.lengths(a, 1), self.lengths(b, 0)))
    return torch.mul(torch.mul(a, norms), factors.unsqueeze(1))

  def distance_from_one(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.linalg_vector_norm(torch.sub(x, torch.eye(x.size(0), dtype=x.dtype, device=x.device)), 2)

  def skewness(self: __torch__.Ops, a: Tensor, b: Tensor, sum: Optional[Tensor]=None) -> Tensor:
    here = torch.add(self.distance_from_one(torch.matmul(a, a.t())), self.distance_from_one(torch.matmul(b.t(), b)))
    if sum is not None:
      here = torch.add(sum, here)
    return here

  # In place, with gradients switched off.
  def sensitivity_(self: __torch__.Ops, p: Tensor, g: Tensor, importance: Tensor, uncertainty: Tensor, beta1: Tensor, beta2: Tensor) -> Tensor:
    b1 = float(beta1)
    b2 = float(beta2)
    now = torch.abs(torch.mul(p, g))
    importance.mul_(b1)
    importance.add_(torch.mul(now, 1. - b1))
    uncertainty.mul_(b2)
    uncertainty.add_(torch.mul(torch.abs(torch.sub(now, importance)), 1. - b2))
    return importance

  def rank_scores(self: __torch__.Ops, ia: Tensor, ua: Tensor, ib: Tensor, ub: Tensor, ie: Tensor, ue: Tensor) -> Tensor:
    vectors = torch.add(torch.mean(torch.mul(ia, ua), [1]), torch.mean(torch.mul(ib, ub), [0]))
    return torch.add(torch.mul(ie, ue).reshape([-1]), vectors)

  def linear_add(self: __torch__.Ops, y: Tensor, x: Tensor, w: Tensor, scale: Tensor) -> Tensor:
    return self.add_linear(y, x, w, float(scale))

  def fourier(self: __torch__.Ops, entries: Tensor, places: Tensor, rows: Tensor, columns: Tensor, scale: Tensor) -> Tensor:
    r = int(rows)
    c = int(columns)
    flat = torch.index_copy(torch.zeros([r * c], dtype=entries.dtype, device=entries.device), 0, places, entries)
    return torch.mul(torch.real(torch.fft_ifft2(flat.reshape([r, c]))), float(scale))

  # logits [i, j, n], bank [n, v] -> [i, j, v]
  def mean_vectors(self: __torch__.Ops, logits: Tensor, bank: Tensor, k: Tensor) -> Tensor:
    top, places = torch.topk(logits, int(k), -1)
    weights = torch.softmax(top, -1)
    return torch.matmul(weights.unsqueeze(-2), torch.embedding(bank, places)).squeeze(-2)

  # [r, in] and [out, r]
  def vectors_a(self: __torch__.Ops, a: Tensor, bank: Tensor, k: Tensor) -> Tensor:
    return self.mean_vectors(a, bank, k).flatten(1)

  def vectors_b(self: __torch__.Ops, b: Tensor, bank: Tensor, k: Tensor) -> Tensor:
    return self.mean_vectors(b, bank, k).transpose(1, 2).flatten(0, 1)

  def vectors_add(self: __torch__.Ops, y: Tensor, x: Tensor, a: Tensor, b: Tensor, bank: Tensor, k: Tensor, scale: Tensor) -> Tensor:
    return self.add_linear(y, torch.linear(x, self.vectors_a(a, bank, k)), self.vectors_b(b, bank, k), float(scale))

  def vectors_delta(self: __torch__.Ops, x: Tensor, a: Tensor, b: Tensor, bank: Tensor, k: Tensor, scale: Tensor) -> Tensor:
    delta = torch.linear(torch.linear(x, self.vectors_a(a, bank, k)), self.vectors_b(b, bank, k))
    return torch.mul(delta, float(scale))

  def vectors_weight(self: __torch__.Ops, a: Tensor, b: Tensor, bank: Tensor, k: Tensor, scale: Tensor) -> Tensor:
    return torch.mul(torch.matmul(self.vectors_b(b, bank, k), self.vectors_a(a, bank, k)), float(scale))

  def largest(self: __torch__.Ops, logits: Tensor, k: Tensor) -> Tuple[Tensor, Tensor]:
    top, places = torch.topk(logits, int(k), -1)
    return (places, torch.softmax(top, -1).narrow(-1, 0, int(k) - 1).contiguous())
