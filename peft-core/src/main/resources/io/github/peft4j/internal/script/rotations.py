  # Rotations and reflections. Blocks r [n, size, size] act on n parts of a last axis, one after the other.

  # Skew-symmetric blocks [n, b, b] of their upper triangles q [n, b (b - 1) / 2], row by row.
  def skew_blocks(self: __torch__.Ops, q: Tensor, size: Tensor) -> Tensor:
    b = int(size)
    at = torch.triu_indices(b, b, 1, dtype=4, device=q.device)
    flat = torch.add(torch.mul(torch.select(at, 0, 0), b), torch.select(at, 0, 1))
    zeros = torch.zeros([q.size(0), b * b], dtype=q.dtype, device=q.device)
    upper = torch.index_copy(zeros, 1, flat, q).view([q.size(0), b, b])
    return torch.sub(upper, upper.transpose(1, 2))

  # I + 2 S + 2 S^2 + ... + S^(terms - 1): the last summand counts once; as PEFT, 4 terms are those of 3.
  def cayley_neumann(self: __torch__.Ops, q: Tensor, size: Tensor, terms: Tensor) -> Tensor:
    s = self.skew_blocks(q, size)
    n = int(terms)
    r = torch.eye(int(size), dtype=q.dtype, device=q.device).expand(s.size())
    if n > 1:
      r = torch.add(r, s, alpha=2)
    if n > 2:
      power = torch.bmm(s, s)
      r = torch.add(r, power, alpha=2)
      for i in range(n - 4):
        power = torch.bmm(power, s)
        r = torch.add(r, power, alpha=2)
      r = torch.add(r, torch.bmm(power, s))
    return r

  # (I - S) (I + S)^-1
  def cayley(self: __torch__.Ops, s: Tensor) -> Tensor:
    eye = torch.eye(s.size(1), dtype=s.dtype, device=s.device).expand(s.size())
    return torch.linalg_solve(torch.add(eye, s), torch.sub(eye, s), left=False)

  def cayley_of_triangles(self: __torch__.Ops, q: Tensor, size: Tensor) -> Tensor:
    return self.cayley(self.skew_blocks(q, size))

  # S is the skew-symmetric part of each square.
  def cayley_of_squares(self: __torch__.Ops, squares: Tensor) -> Tensor:
    return self.cayley(torch.mul(torch.sub(squares, squares.transpose(1, 2)), 0.5))

  # Rows of q whose skew-symmetric block is longer than the bound, shortened to it; the gradient passes through.
  def clip_triangles(self: __torch__.Ops, q: Tensor, eps: Tensor) -> Tensor:
    rows = torch.detach(q)
    bound = float(eps) / float(q.size(0)) ** 0.5
    norm = torch.mul(torch.linalg_vector_norm(rows, 2, [1], True), 1.4142135623730951)
    clipped = torch.where(torch.le(norm, bound), rows, torch.mul(torch.div(rows, norm), bound))
    return torch.add(q, torch.sub(clipped, rows))

  # `count` blocks, drawn at random, become the identity.
  def drop_blocks(self: __torch__.Ops, r: Tensor, count: Tensor) -> Tensor:
    eye = torch.eye(r.size(1), dtype=r.dtype, device=r.device)
    kept = torch.ge(torch.randperm(r.size(0), dtype=4, device=r.device), int(count))
    return torch.where(kept.view([-1, 1, 1]), r, eye)

  # x [..., n b] with each part turned by its block; one block [1, b, b] turns all parts.
  def rotate(self: __torch__.Ops, x: Tensor, r: Tensor) -> Tensor:
    n = r.size(0)
    b = r.size(1)
    if n == 1:
      turned = torch.matmul(x.reshape([-1, b]), torch.select(r, 0, 0))
    else:
      parts = x.reshape([-1, n, b]).transpose(0, 1)
      turned = torch.bmm(parts, r).transpose(0, 1)
    return turned.reshape(x.size())

  # Every k x k patch of x [B, C, H, W] turned, taken as a row of C k k numbers, and overlaps added up. PEFT puts
  # the numbers back with patch and place in the kernel exchanged; with k = 1 that is the same.
  def rotate_patches(self: __torch__.Ops, x: Tensor, r: Tensor, width: Tensor) -> Tensor:
    k = int(width)
    patches = torch.im2col(x, [k, k], [1, 1], [0, 0], [1, 1])
    parts = patches.view([x.size(0), -1, r.size(1), patches.size(2)])
    turned = torch.matmul(r.transpose(1, 2), parts).reshape([x.size(0), x.size(1), k * k, -1])
    back = turned.transpose(2, 3).reshape(patches.size())
    return torch.col2im(back, [x.size(2), x.size(3)], [k, k], [1, 1], [0, 0], [1, 1])

  # P = I - V T V^T is the product of I - 2 v_j v_j^T, j ascending, for the columns v_j of u [in, r] at length 1;
  # T^-1 is half the identity plus the part of V^T V above its diagonal.
  # x [..., in] becomes x P, or x P^T.
  def reflect(self: __torch__.Ops, x: Tensor, u: Tensor, transposed: Tensor) -> Tensor:
    v = torch.div(u, torch.linalg_vector_norm(u, 2, [0], True))
    eye = torch.eye(u.size(1), dtype=u.dtype, device=u.device)
    inverse = torch.add(torch.triu(torch.matmul(v.t(), v), 1), eye, alpha=0.5)
    t = torch.linalg_solve_triangular(inverse, eye, upper=True)
    if bool(transposed):
      t = t.t()
    rows = x.reshape([-1, u.size(0)])
    turned = torch.addmm(rows, torch.matmul(rows, v), torch.matmul(t, v.t()), alpha=-1)
    return turned.reshape(x.size())

  # x (I - 2 Q Q^T), Q an orthonormal basis of the columns of u [in, r].
  def reflect_space(self: __torch__.Ops, x: Tensor, u: Tensor) -> Tensor:
    q, upper = torch.linalg_qr(u, "reduced")
    rows = x.reshape([-1, u.size(0)])
    return torch.addmm(rows, torch.matmul(rows, q), q.t(), alpha=-2).reshape(x.size())

  # (y - b) s + b over the last axis, so that s = 1 gives y to the last bit.
  def scale_around(self: __torch__.Ops, y: Tensor, s: Tensor, b: Optional[Tensor]=None) -> Tensor:
    factors = s.reshape([-1])
    if b is None:
      return torch.mul(y, factors)
    return torch.add(torch.mul(y, factors), torch.mul(torch.rsub(factors, 1), b))

  # y [..., out] in groups of two halves, whose elements at one place make a pair. theta and alpha have 1, 2 or 4
  # rows [half] for each group: the first two are for the diagonal, the last two for the other diagonal.
  def rotate_pairs(self: __torch__.Ops, y: Tensor, theta: Tensor, alpha: Tensor, group: Tensor) -> Tensor:
    half = int(group) // 2
    groups = y.size(-1) // int(group)
    t = theta.view([groups, -1, half])
    a = alpha.view([groups, -1, half])
    straight = torch.mul(torch.slice(a, 1, 0, 2), torch.cos(torch.slice(t, 1, 0, 2)))
    crossed = torch.mul(torch.slice(a, 1, -2), torch.sin(torch.slice(t, 1, -2)))
    halves = y.reshape([-1, groups, 2, half])
    first = torch.slice(halves, 2, 0, 1)
    turned = torch.cat([torch.neg(torch.slice(halves, 2, 1, 2)), first], 2)
    return torch.addcmul(torch.mul(halves, straight), turned, crossed).reshape(y.size())
