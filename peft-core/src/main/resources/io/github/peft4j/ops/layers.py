  # Linear, embedding, norms and activations. Shapes: x [..., in], w [out, in], b [out].

  def linear(self: __torch__.Ops, x: Tensor, w: Tensor, b: Optional[Tensor]=None) -> Tensor:
    return torch.linear(x, w, b)

  def linear_gelu(self: __torch__.Ops, x: Tensor, w: Tensor, b: Optional[Tensor]=None) -> Tensor:
    return torch.gelu(torch.linear(x, w, b))

  # y + scale * (x a^T) b^T: one product in, one product that adds in place of a separate sum.
  def lora_add(self: __torch__.Ops, y: Tensor, x: Tensor, a: Tensor, b: Tensor, scale: Tensor) -> Tensor:
    low = torch.linear(x, a).reshape([-1, a.size(0)])
    flat = y.reshape([-1, b.size(0)])
    return torch.addmm(flat, low, b.t(), beta=1, alpha=float(scale)).reshape(y.size())

  def lora_delta(self: __torch__.Ops, x: Tensor, a: Tensor, b: Tensor, scale: Tensor) -> Tensor:
    return torch.mul(torch.linear(torch.linear(x, a), b), float(scale))

  # scale * b a, the change of weight [out, in].
  def low_rank(self: __torch__.Ops, a: Tensor, b: Tensor, scale: Tensor) -> Tensor:
    return torch.mul(torch.matmul(b, a), float(scale))

  def embedding(self: __torch__.Ops, ids: Tensor, w: Tensor) -> Tensor:
    return torch.embedding(w, ids)

  # The rows of padding_idx get no gradient, as in torch.nn.Embedding(padding_idx=...).
  def embedding_padded(self: __torch__.Ops, ids: Tensor, w: Tensor, padding_idx: Tensor) -> Tensor:
    return torch.embedding(w, ids, int(padding_idx))

  # x [B, in, S], w [out, in / groups, width] -> [B, out, S], zeros beyond both ends.
  def convolve(self: __torch__.Ops, x: Tensor, w: Tensor, b: Tensor, padding: Tensor, groups: Tensor) -> Tensor:
    return torch.conv1d(x, w, b, [1], [int(padding)], [1], int(groups))

  # x [B, S, F] as [B, F, S], laid out anew.
  def turn(self: __torch__.Ops, x: Tensor) -> Tensor:
    return x.transpose(1, 2).contiguous()

  def layer_norm(self: __torch__.Ops, x: Tensor, w: Tensor, b: Tensor, eps: Tensor) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], w, b, float(eps))

  def add_layer_norm(self: __torch__.Ops, x: Tensor, r: Tensor, w: Tensor, b: Tensor, eps: Tensor) -> Tensor:
    return torch.layer_norm(torch.add(x, r), [x.size(-1)], w, b, float(eps))

  def rms_norm(self: __torch__.Ops, x: Tensor, w: Tensor, eps: Tensor) -> Tensor:
    return torch.mul(torch.mul(x, torch.rsqrt(torch.add(torch.mean(torch.mul(x, x), [-1], True), float(eps)))), w)

  def rms_norm_offset(self: __torch__.Ops, x: Tensor, w: Tensor, eps: Tensor, offset: Tensor) -> Tensor:
    return self.rms_norm(x, torch.add(w, float(offset)), eps)

  def gelu(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.gelu(x)

  def gelu_tanh(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="tanh")

  def silu(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.silu(x)

  def relu(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.relu(x)

  def tanh(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.tanh(x)

  def dropout(self: __torch__.Ops, x: Tensor, p: Tensor) -> Tensor:
    return torch.dropout(x, float(p), True)

  def scale(self: __torch__.Ops, x: Tensor, factor: Tensor) -> Tensor:
    return torch.mul(x, float(factor))

  def rows(self: __torch__.Ops, x: Tensor, index: Tensor) -> Tensor:
    return torch.index_select(x, 0, index)

  def select(self: __torch__.Ops, x: Tensor, axis: Tensor, index: Tensor) -> Tensor:
    return torch.index_select(x, int(axis), index)

  def spread(self: __torch__.Ops, x: Tensor, index: Tensor, rows: Tensor) -> Tensor:
    size = x.size()
    size[0] = int(rows)
    return torch.index_copy(torch.zeros(size, dtype=x.dtype, device=x.device), 0, index, x)

  def to_float32(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.to(x, 6)

  # Mean of x [B, S, H] over the tokens, those where mask [B, S] is not 0.
  def mean_tokens(self: __torch__.Ops, x: Tensor, mask: Tensor) -> Tensor:
    weights = torch.to(torch.ne(mask, 0), x.dtype).unsqueeze(-1)
    return torch.div(torch.sum(torch.mul(x, weights), [1]), torch.sum(weights, [1]))

  # Rows of length 1; a row shorter than 1e-12 is divided by that.
  def unit_rows(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.div(x, torch.clamp_min(torch.linalg_vector_norm(x, 2, [-1], True), 1.0000000000000001e-12))
