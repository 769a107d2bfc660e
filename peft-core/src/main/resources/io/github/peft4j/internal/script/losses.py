  # Mean losses. Labels that equal ignore do not count.

  def cross_entropy(self: __torch__.Ops, logits: Tensor, labels: Tensor, ignore: Tensor) -> Tensor:
    return torch.cross_entropy_loss(logits, labels, None, 1, int(ignore), 0.)

  # The mean of the rows' cross entropies, each times its weight: not a mean by weight.
  def weighted_cross_entropy(self: __torch__.Ops, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    return torch.mean(torch.mul(torch.cross_entropy_loss(logits, labels, None, 0, -100, 0.), weights))

  # labels [R, C] are shares of the classes.
  def soft_cross_entropy(self: __torch__.Ops, logits: Tensor, labels: Tensor) -> Tensor:
    return torch.neg(torch.mean(torch.sum(torch.mul(torch.log_softmax(logits, -1), labels), [-1])))

  def bce_with_logits(self: __torch__.Ops, logits: Tensor, labels: Tensor) -> Tensor:
    return torch.binary_cross_entropy_with_logits(logits, labels, None, None, 1)

  def mse(self: __torch__.Ops, x: Tensor, labels: Tensor) -> Tensor:
    return torch.mse_loss(x, labels, 1)

  # Mean cross entropy of h w^T + b [K, C] and labels [K], some rows at a time, so that the scores of all
  # rows never stand in memory together. The gradient to h is computed on the way and handed over by
  # a sum whose value is subtracted again; w and b are frozen. Rows are few enough for the scores to fit.
  # cap > 0 bends the scores to cap * tanh(scores / cap).
  def linear_cross_entropy(self: __torch__.Ops, h: Tensor, w: Tensor, labels: Tensor, rows: Tensor, cap: Tensor, b: Optional[Tensor]=None) -> Tensor:
    bound = float(cap)
    n = h.size(0)
    step = int(rows)
    x = torch.detach(h)
    grads = annotate(List[Tensor], [])
    total = torch.zeros([], dtype=h.dtype, device=h.device)
    start = 0
    while start < n:
      count = min(step, n - start)
      part = x.narrow(0, start, count)
      target = labels.narrow(0, start, count).unsqueeze(1)
      raw = torch.linear(part, w, b)
      if bound > 0.:
        raw = torch.tanh(torch.div(raw, bound))
        scores = torch.log_softmax(torch.mul(raw, bound), -1)
      else:
        scores = torch.log_softmax(raw, -1)
      total = torch.sub(total, torch.sum(torch.gather(scores, 1, target)))
      if h.requires_grad:
        p = torch.exp_(scores)
        p.scatter_add_(1, target, torch.full([count, 1], -1., dtype=h.dtype, device=h.device))
        if bound > 0.:
          p = torch.mul(p, torch.rsub(torch.mul(raw, raw), 1.))
        grads.append(torch.matmul(p, w))
      start = start + count
    loss = torch.div(total, n)
    if h.requires_grad:
      carrier = torch.sum(torch.mul(h, torch.div(torch.cat(grads), n)))
      loss = torch.add(loss, torch.sub(carrier, torch.detach(carrier)))
    return loss

  # Row i of b is what row i of a belongs to; all other rows of b are wrong answers.
  def in_batch_negatives(self: __torch__.Ops, a: Tensor, b: Tensor, scale: Tensor) -> Tensor:
    scores = torch.mul(torch.matmul(a, b.t()), float(scale))
    return torch.cross_entropy_loss(scores, torch.arange(a.size(0), dtype=4, device=a.device))
