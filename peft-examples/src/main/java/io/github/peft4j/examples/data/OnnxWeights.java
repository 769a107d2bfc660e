package io.github.peft4j.examples.data;

import ai.djl.MalformedModelException;
import com.google.common.collect.ImmutableSortedMap;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the float32 weights of a BERT encoder out of an ONNX file, under Hugging Face's names and
 * in Hugging Face's orientation.
 *
 * <p>PyTorch's exporter keeps a parameter's name as long as it does not touch the tensor. The
 * weight of a linear layer it transposes to [in, out] and names {@code onnx::MatMul_123}; which
 * layer that is, only the node that multiplies by it tells ({@code
 * /encoder/layer.0/attention/self/query/MatMul}). Such weights are transposed back to [out, in].
 * What this reading cannot explain is refused: a weight in the wrong place would still run.
 */
public final class OnnxWeights {

    private static final String RENAMED = "onnx::";
    private static final String PRODUCT = "/MatMul";

    private OnnxWeights() {}

    /**
     * Reads all weights.
     *
     * @param file the whole ONNX file, at most 2 GB; tensors that need no transposing share its
     *     memory
     * @return tensors by key, such as {@code encoder.layer.0.attention.self.query.weight}, sorted
     * @throws MalformedModelException if this is no ONNX file, or holds weights in a form that is
     *     not read; the text names the tensor
     */
    public static ImmutableSortedMap<String, FloatTensor> read(ByteBuffer file)
            throws MalformedModelException {
        OnnxGraph graph = OnnxGraph.parse(file);
        Map<String, FloatTensor> weights = new TreeMap<>();
        for (OnnxTensor tensor : graph.initializers()) {
            if (tensor.dataType() == OnnxTensor.INT64) {
                continue;
            }
            String key = key(tensor.name(), graph);
            FloatTensor value = tensor.toFloatTensor();
            boolean renamed = tensor.name().startsWith(RENAMED);
            if (weights.put(key, renamed ? transposed(tensor, value) : value) != null) {
                throw new MalformedModelException(
                        "Two ONNX tensors stand for '"
                                + key
                                + "'; one of them is "
                                + tensor.name()
                                + ".");
            }
        }
        if (weights.isEmpty()) {
            throw new MalformedModelException(
                    "The file holds no float32 tensors: it is no ONNX model, or one whose weights"
                            + " are in another file.");
        }
        return ImmutableSortedMap.copyOf(weights);
    }

    private static String key(String name, OnnxGraph graph) throws MalformedModelException {
        List<String> users = graph.matMuls().getOrDefault(name, List.of());
        if (!name.startsWith(RENAMED)) {
            if (!users.isEmpty() || graph.plainGemms().contains(name)) {
                throw new MalformedModelException(
                        "ONNX tensor '"
                                + name
                                + "' is multiplied as [in, out] under its own name, so its"
                                + " orientation in PyTorch is unknown. Only exports that rename"
                                + " such weights to onnx::MatMul_<n> are read.");
            }
            return name;
        }
        if (users.size() != 1) {
            throw new MalformedModelException(
                    "ONNX tensor '"
                            + name
                            + "' must be the second operand of exactly one MatMul node to be given"
                            + " a name; it is that of "
                            + users
                            + ".");
        }
        String node = users.get(0);
        if (!node.startsWith("/") || !node.endsWith(PRODUCT)) {
            throw new MalformedModelException(
                    "ONNX node '"
                            + node
                            + "' multiplies by '"
                            + name
                            + "', but its name is no module path of the form /a/b/MatMul.");
        }
        String path = node.substring(1, node.length() - PRODUCT.length());
        return path.replace('/', '.') + ".weight";
    }

    private static FloatTensor transposed(OnnxTensor tensor, FloatTensor value)
            throws MalformedModelException {
        if (value.shape().dimension() != 2) {
            throw new MalformedModelException(
                    "ONNX tensor '"
                            + tensor.name()
                            + "' is the weight of a linear layer and must be a matrix, not "
                            + value.shape()
                            + ".");
        }
        return value.transposed();
    }
}
