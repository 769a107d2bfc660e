  # One token a row through all layers of a decoder in one call: a layer is some forty small operations, and each
  # crossing from Java costs more than most of them. No gradient. Shapes: B rows, H hidden, N query and K key heads of
  # D features, T positions so far, this one included.

  # plan: what is fixed, in this order
  #   0 layers, 1 N, 2 K, 3 layer norms (0: RMS norms), 4 activation (0 gelu, 1 gelu_tanh, 2 relu, 3 silu),
  #   5 feed-forward is gated, 6 projections of attention (1: all in one, 3), 7 products into the feed-forward part
  #   then for each layer 27 numbers
  #   0 weight and 1 bias of the norm before attention, 2 and 3 of the norm before the feed-forward part,
  #   4 weight of the norm of query heads, 5 of key heads,
  #   6 + 3 i packed weight, plain weight and bias of product i: q, k, v, output, gate, up, down
  # Weights are places in self.weights or self.tensors, -1 where there is none.
  # numbers: 0 eps, 1 scale of scores, 2 soft cap, 3 offset of RMS norms; then the scales of the deltas
  # spots: place of each layer's mask or -1, then for each product the place of its first delta and how many
  # deltas: a [r, in], b [out, r] in turn; a placeholder where there are none

  def keep(self: __torch__.Ops, w: Tensor) -> Tensor:
    _0 = torch.append(self.tensors, w)
    return w

  def product(self: __torch__.Ops, x: Tensor, plan: List[int], at: int, spots: List[int], spot: int, numbers: List[float], deltas: List[Tensor]) -> Tensor:
    packed = plan[at]
    bias = plan[at + 2]
    if packed >= 0:
      y = ops.quantized.linear_dynamic_fp16(x, (self.weights)[packed])
      if bias >= 0:
        y = torch.add_(y, (self.tensors)[bias])
    else:
      if bias >= 0:
        y = torch.linear(x, (self.tensors)[plan[at + 1]], (self.tensors)[bias])
      else:
        y = torch.linear(x, (self.tensors)[plan[at + 1]])
    first = spots[spot]
    for i in range(spots[spot + 1]):
      d = first + i
      low = torch.linear(x, deltas[2 * d])
      y = torch.addmm(y, low, (deltas[2 * d + 1]).t(), beta=1, alpha=numbers[4 + d])
    return y

  def step_norm(self: __torch__.Ops, x: Tensor, plan: List[int], at: int, numbers: List[float]) -> Tensor:
    w = (self.tensors)[plan[at]]
    if plan[3] == 1:
      y = torch.layer_norm(x, [x.size(-1)], w, (self.tensors)[plan[at + 1]], numbers[0])
    else:
      if numbers[3] != 0.:
        w = torch.add(w, numbers[3])
      y = torch.mul(torch.mul(x, torch.rsqrt(torch.add(torch.mean(torch.mul(x, x), [-1], True), numbers[0]))), w)
    return y

  # x [B, heads, D], each head by itself.
  def head_norm(self: __torch__.Ops, x: Tensor, w: Tensor, eps: float) -> Tensor:
    return torch.mul(torch.mul(x, torch.rsqrt(torch.add(torch.mean(torch.mul(x, x), [-1], True), eps))), w)

  # x [B, heads, D]; cos and sin [B or 1, 1, R], the first half of sin negated: a rotation without a negation.
  def step_rotary(self: __torch__.Ops, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    r = cos.size(-1)
    if r < x.size(-1):
      turned = x.narrow(-1, 0, r)
      y = torch.add(torch.mul(turned, cos), torch.mul(torch.roll(turned, [r // 2], [-1]), sin))
      z = torch.cat([y, x.narrow(-1, r, x.size(-1) - r)], -1)
    else:
      z = torch.add(torch.mul(x, cos), torch.mul(torch.roll(x, [r // 2], [-1]), sin))
    return z

  def step_activation(self: __torch__.Ops, x: Tensor, kind: int) -> Tensor:
    if kind == 0:
      y = torch.gelu(x)
    elif kind == 1:
      y = torch.gelu(x, approximate="tanh")
    elif kind == 2:
      y = torch.relu(x)
    else:
      y = torch.silu(x)
    return y

  # x [B, 1, H]; keys and values: for each layer its buffer [B, capacity, K D], of which `length` positions are
  # filled, and which this call fills on; masks [B, 1, 1, T] or a placeholder. -> [B, 1, H]
  def step(self: __torch__.Ops, x: Tensor, plan_: Tensor, numbers_: Tensor, spots_: Tensor, length_: Tensor, cos: Tensor, sin: Tensor, deltas: List[Tensor], masks: List[Tensor], keys: List[Tensor], values: List[Tensor]) -> Tensor:
    plan = annotate(List[int], plan_.tolist())
    numbers = annotate(List[float], numbers_.tolist())
    spots = annotate(List[int], spots_.tolist())
    length = int(length_)
    rows = x.size(0)
    n = plan[1]
    kn = plan[2]
    turns = cos.dim() > 1
    h = x.reshape([rows, x.size(2)])
    for i in range(plan[0]):
      at = 8 + 27 * i
      spot = 15 * i
      seen = self.step_norm(h, plan, at, numbers)
      q = self.product(seen, plan, at + 6, spots, spot + 1, numbers, deltas)
      if plan[6] == 1:
        d = q.size(1) // (n + 2 * kn)
        both = q.narrow(1, 0, (n + kn) * d).view([rows, n + kn, d])
        v = q.narrow(1, (n + kn) * d, kn * d)
      else:
        k = self.product(seen, plan, at + 9, spots, spot + 3, numbers, deltas)
        v = self.product(seen, plan, at + 12, spots, spot + 5, numbers, deltas)
        d = k.size(1) // kn
        if plan[at + 4] >= 0:
          qh = self.head_norm(q.view([rows, n, d]), (self.tensors)[plan[at + 4]], numbers[0])
          kh = self.head_norm(k.view([rows, kn, d]), (self.tensors)[plan[at + 5]], numbers[0])
          both = torch.cat([qh, kh], 1)
        else:
          both = torch.cat([q, k], 1).view([rows, n + kn, d])
      if turns:
        both = self.step_rotary(both, cos, sin)
      _0 = (keys[i]).narrow(1, length, 1).copy_(both.narrow(1, n, kn).reshape([rows, 1, kn * d]))
      _1 = (values[i]).narrow(1, length, 1).copy_(v.unsqueeze(1))
      all_keys = (keys[i]).narrow(1, 0, length + 1).unflatten(2, [kn, d]).transpose(1, 2)
      all_values = (values[i]).narrow(1, 0, length + 1).unflatten(2, [kn, d]).transpose(1, 2)
      mask = annotate(Optional[Tensor], None)
      if spots[spot] >= 0:
        mask = masks[spots[spot]]
      o = self.attend(both.narrow(1, 0, n).reshape([rows, kn, n // kn, d]), all_keys, all_values, mask, 0., numbers[1], False, numbers[2])
      h = torch.add(h, self.product(o.reshape([rows, n * d]), plan, at + 15, spots, spot + 7, numbers, deltas))
      inner = self.step_norm(h, plan, at + 2, numbers)
      gate = self.product(inner, plan, at + 18, spots, spot + 9, numbers, deltas)
      if plan[5] == 1:
        if plan[7] == 1:
          half = gate.size(1) // 2
          made = torch.mul(self.step_activation(gate.narrow(1, 0, half), plan[4]), gate.narrow(1, half, half))
        else:
          up = self.product(inner, plan, at + 21, spots, spot + 11, numbers, deltas)
          made = torch.mul_(self.step_activation(gate, plan[4]), up)
      else:
        made = self.step_activation(gate, plan[4])
      h = torch.add(h, self.product(made, plan, at + 24, spots, spot + 13, numbers, deltas))
    return h.unsqueeze(1)
