package io.github.peft4j.examples.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OnnxWeightsTest {

    private static final String PRODUCT = "/encoder/layer.0/output/dense/MatMul";

    @Test
    void keepsNamesAndTurnsRenamedMatricesBack() throws Exception {
        OnnxBytes graph =
                new OnnxBytes()
                        .message(5, matrix("onnx::MatMul_7"))
                        .message(5, OnnxBytes.tensor("encoder.bias", 1, new long[] {2}, 7, 8))
                        .message(5, OnnxBytes.tensor("position_ids", 7, new long[] {1, 1}, 0, 0))
                        .message(1, OnnxBytes.node("MatMul", PRODUCT, "x", "onnx::MatMul_7"));

        Map<String, FloatTensor> weights = OnnxWeights.read(OnnxBytes.model(graph));

        assertThat(weights).containsOnlyKeys("encoder.bias", "encoder.layer.0.output.dense.weight");
        FloatTensor turned = get(weights, "encoder.layer.0.output.dense.weight");
        assertThat(turned.shape()).isEqualTo(new Shape(3, 2));
        assertThat(turned.toFloatArray()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(get(weights, "encoder.bias").toFloatArray()).containsExactly(7, 8);
    }

    @Test
    void readsPackedSizesAndPassesOverFieldsItDoesNotKnow() throws Exception {
        OnnxBytes tensor =
                new OnnxBytes()
                        .bytes(9, OnnxBytes.littleEndian(1, 2))
                        .raw(0x69, 1, 2, 3, 4, 5, 6, 7, 8) // field 13, eight bytes
                        .raw(0x75, 1, 2, 3, 4) // field 14, four bytes
                        .text(8, "w")
                        .number(2, 1)
                        .bytes(1, new byte[] {1, 2});

        Map<String, FloatTensor> weights =
                OnnxWeights.read(OnnxBytes.model(new OnnxBytes().message(5, tensor)));

        assertThat(get(weights, "w").shape()).isEqualTo(new Shape(1, 2));
    }

    @Test
    void takesTheWeightOfGemmOnlyIfGemmTransposesIt() throws Exception {
        OnnxBytes weight = matrix("pooler.weight");
        OnnxBytes node = OnnxBytes.node("Gemm", "/pooler/Gemm", "x", "pooler.weight", "bias");

        OnnxBytes plain = new OnnxBytes().message(1, node).message(5, weight);
        assertRefused(plain, "'pooler.weight' is multiplied as [in, out] under its own name");

        OnnxBytes turning =
                new OnnxBytes().message(1, node.message(5, OnnxBytes.transB())).message(5, weight);
        Map<String, FloatTensor> weights = OnnxWeights.read(OnnxBytes.model(turning));
        assertThat(get(weights, "pooler.weight").shape()).isEqualTo(new Shape(2, 3));
    }

    @Test
    void refusesARenamedTensorWithoutALayer() {
        OnnxBytes graph = new OnnxBytes().message(5, matrix("onnx::MatMul_7"));
        assertRefused(graph, "'onnx::MatMul_7' must be the second operand of exactly one MatMul");
        graph.message(1, OnnxBytes.node("MatMul", PRODUCT, "onnx::MatMul_7", "x"));
        assertRefused(graph, "'onnx::MatMul_7' must be the second operand of exactly one MatMul");
        graph.message(1, OnnxBytes.node("MatMul", "MatMul_3", "x", "onnx::MatMul_7"));
        assertRefused(graph, "'MatMul_3' multiplies by 'onnx::MatMul_7', but its name is no");
    }

    @Test
    void refusesTwoTensorsForOneKey() {
        OnnxBytes graph =
                new OnnxBytes().message(5, matrix("a.weight")).message(5, matrix("a.weight"));
        assertRefused(graph, "Two ONNX tensors stand for 'a.weight'");
    }

    @Test
    void refusesOtherElementTypesAndPlaces() {
        OnnxBytes half = OnnxBytes.tensor("w", 10, new long[] {1}, 1);
        assertRefused(
                new OnnxBytes().message(5, half), "'w' has element type 10; only 1 (float32)");

        OnnxBytes elsewhere = new OnnxBytes().number(1, 1).number(2, 1).text(8, "w").number(14, 1);
        assertRefused(new OnnxBytes().message(5, elsewhere), "'w' has no raw_data");
    }

    @Test
    void refusesDataThatDoesNotFillTheShape() {
        OnnxBytes tensor = OnnxBytes.tensor("w", 1, new long[] {3}, 1, 2);
        assertRefused(
                new OnnxBytes().message(5, tensor),
                "'w': A float32 tensor of shape (3) needs 12 bytes, not 8.");
    }

    @Test
    void refusesSizesThatAreNegativeOrOverflow() {
        assertRefused(
                new OnnxBytes().message(5, OnnxBytes.tensor("w", 1, new long[] {-2, -1}, 1, 2)),
                "'w' has the sizes [-2, -1]");
        long huge = 1L << 33;
        assertRefused(
                new OnnxBytes().message(5, OnnxBytes.tensor("w", 1, new long[] {huge, huge})),
                "'w' has the sizes [8589934592, 8589934592]");
    }

    @Test
    void refusesFilesThatAreNoModel() {
        assertThatThrownBy(() -> OnnxWeights.read(ByteBuffer.allocate(0)))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("holds no float32 tensors");
        assertThatThrownBy(() -> OnnxWeights.read(ByteBuffer.wrap("PK zip".getBytes(UTF_8))))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("Not a protobuf message: ");
    }

    @Test
    void refusesAFileThatIsCutOffAnywhere() {
        OnnxBytes graph = new OnnxBytes().message(5, matrix("a.weight"));
        ByteBuffer whole = OnnxBytes.model(graph);
        for (int length = 3; length < whole.limit(); length++) {
            ByteBuffer cut = whole.slice(0, length);
            assertThatThrownBy(() -> OnnxWeights.read(cut))
                    .as("first %d bytes", length)
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining("The file is cut off");
        }
    }

    private static FloatTensor get(Map<String, FloatTensor> weights, String key) {
        return requireNonNull(weights.get(key), key);
    }

    private static OnnxBytes matrix(String name) {
        return OnnxBytes.tensor(name, 1, new long[] {2, 3}, 1, 2, 3, 4, 5, 6);
    }

    private static void assertRefused(OnnxBytes graph, String text) {
        assertThatThrownBy(() -> OnnxWeights.read(OnnxBytes.model(graph)))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining(text);
    }
}
