  # Incremental principal components, as scikit-learn and PEFT do them: x [n, d] float32, moments float64.

  def pca_moments(self: __torch__.Ops, x: Tensor) -> Tuple[Tensor, Tensor]:
    total = torch.sum(x.double(), [0])
    off = x.double() - total / x.size(0)
    spread = torch.sum(off * off, [0]) - torch.square(torch.sum(off, [0])) / x.size(0)
    return (total, spread)

  # The rows of a first batch.
  def pca_first(self: __torch__.Ops, x: Tensor, mean: Tensor) -> Tensor:
    return (x.double() - mean).float()

  # Those of a later one, with what is known so far: components [k, d], values [k], mean [d] of seen rows.
  def pca_later(self: __torch__.Ops, x: Tensor, components: Tensor, values: Tensor, mean: Tensor, seen: Tensor) -> Tensor:
    n = x.size(0)
    before = float(seen)
    middle = torch.mean(x, [0])
    factor = (before / (before + n) * n) ** 0.5
    shift = (mean - middle.double()) * factor
    known = values.unsqueeze(1) * components
    return torch.cat([known.double(), (x - middle).double(), shift.unsqueeze(0)], 0)

  # The rows of vh with their largest number made positive.
  def pca_signs(self: __torch__.Ops, vh: Tensor) -> Tensor:
    place = torch.argmax(torch.abs(vh), 1, True)
    return vh * torch.sign(torch.gather(vh, 1, place))

  def row_similarity(self: __torch__.Ops, x: Tensor, y: Tensor) -> Tensor:
    lengths = torch.linalg_vector_norm(x, 2, [1]) * torch.linalg_vector_norm(y, 2, [1])
    return torch.sum(x * y, [1]) / torch.clamp(lengths, min=1e-8)

  # Rows of x [..., d] whose flag is not 0; flags has the shape of x without d.
  def chosen_rows(self: __torch__.Ops, x: Tensor, flags: Tensor) -> Tensor:
    flat = x.reshape([-1, x.size(-1)])
    return torch.index_select(flat, 0, torch.nonzero(flags.reshape([-1])).squeeze(1))

  # x^T x of one text's inputs [s, d], divided by their largest number; float32.
  def scaled_covariance(self: __torch__.Ops, x: Tensor) -> Tensor:
    flat = x.reshape([-1, x.size(-1)]).float()
    y = flat / torch.abs(torch.max(flat))
    return torch.matmul(y.t(), y)

  # Adds dy^T x, the gradient of a linear layer's weight [out, in], to a sum.
  def add_weight_gradient_(self: __torch__.Ops, sum: Tensor, dy: Tensor, x: Tensor) -> Tensor:
    return sum.addmm_(dy.reshape([-1, dy.size(-1)]).t(), x.reshape([-1, x.size(-1)]))

  def add_(self: __torch__.Ops, sum: Tensor, x: Tensor) -> Tensor:
    return sum.add_(x)
