  # Decompositions and random tensors.

  def qr(self: __torch__.Ops, x: Tensor) -> Tuple[Tensor, Tensor]:
    q, r = torch.linalg_qr(x, "reduced")
    return (q, r)

  def svd(self: __torch__.Ops, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    u, s, vh = torch.linalg_svd(x, False)
    return (u, s, vh)

  # Range finder of Halko et al. 2011 (algorithm 4.4) and the small decomposition behind it. x [m, n] is turned
  # where m < n, so test is [min(m, n), q]; returns u [m, q], s [q], vh [q, n].
  def svd_lowrank(self: __torch__.Ops, x: Tensor, test: Tensor, rounds: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    turned = x.size(0) < x.size(1)
    tall = x
    if turned:
      tall = x.t()
    q, _ = torch.linalg_qr(torch.matmul(tall, test), "reduced")
    for i in range(int(rounds)):
      p, _ = torch.linalg_qr(torch.matmul(tall.t(), q), "reduced")
      q, _ = torch.linalg_qr(torch.matmul(tall, p), "reduced")
    u, s, vh = torch.linalg_svd(torch.matmul(q.t(), tall), False)
    left = torch.matmul(q, u)
    if turned:
      return (vh.t(), s, left.t())
    return (left, s, vh)

  # The product u[:, k:k+r] diag(s[k:k+r]) vh[k:k+r] / scale as a pair of equal parts: a [r, n], b [m, r].
  def balanced_pair(self: __torch__.Ops, u: Tensor, s: Tensor, vh: Tensor, first: Tensor, count: Tensor, scale: Tensor) -> Tuple[Tensor, Tensor]:
    k = int(first)
    r = int(count)
    root = torch.sqrt(torch.div(s.narrow(0, k, r), float(scale)))
    a = torch.mul(vh.narrow(0, k, r), root.unsqueeze(1)).contiguous()
    b = torch.mul(u.narrow(1, k, r), root).contiguous()
    return (a, b)

  # The inverse of a symmetric matrix with growing damping, until it is good; returns what was inverted, and its inverse.
  def damped_inverse(self: __torch__.Ops, x: Tensor) -> Tuple[Tensor, Tensor]:
    one = torch.eye(x.size(0), dtype=x.dtype, device=x.device)
    mean = torch.mean(torch.diagonal(x))
    damp = 0.01
    damped = x + one * (mean * damp)
    inverse = torch.linalg_inv(damped)
    tries = 0
    while float(torch.dist(torch.matmul(damped, inverse), one)) >= 0.05 and tries < 60:
      damp = damp * 2.
      damped = x + one * (mean * damp)
      inverse = torch.linalg_inv(damped)
      tries = tries + 1
    return (damped, inverse)

  def pinv_damped(self: __torch__.Ops, x: Tensor, damp: Tensor) -> Tensor:
    return torch.linalg_pinv(torch.add(x, torch.eye(x.size(0), dtype=x.dtype, device=x.device), alpha=float(damp)), atol=0., rtol=1.1920929e-07 * x.size(0), hermitian=False)
