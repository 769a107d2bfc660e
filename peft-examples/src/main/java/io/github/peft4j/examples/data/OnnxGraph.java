package io.github.peft4j.examples.data;

import ai.djl.MalformedModelException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * As much of an ONNX graph as its weights need: the initializers, and which matrix product uses
 * which of them.
 *
 * @param initializers all constant tensors in file order
 * @param matMuls second operand of each {@code MatMul} to the names of the nodes that use it
 * @param plainGemms second operands of {@code Gemm} nodes that do not transpose them
 */
record OnnxGraph(
        List<OnnxTensor> initializers, Map<String, List<String>> matMuls, Set<String> plainGemms) {

    static OnnxGraph parse(ByteBuffer file) throws MalformedModelException {
        OnnxGraph graph = new OnnxGraph(new ArrayList<>(), new HashMap<>(), new HashSet<>());
        ProtoReader model = new ProtoReader(file);
        while (model.next()) {
            if (model.field() == 7) {
                graph.read(new ProtoReader(model.bytes()));
            } else {
                model.skip();
            }
        }
        return graph;
    }

    private void read(ProtoReader graph) throws MalformedModelException {
        while (graph.next()) {
            switch (graph.field()) {
                case 1 -> readNode(new ProtoReader(graph.bytes()));
                case 5 -> initializers.add(OnnxTensor.parse(graph.bytes()));
                default -> graph.skip();
            }
        }
    }

    private void readNode(ProtoReader node) throws MalformedModelException {
        List<String> inputs = new ArrayList<>();
        String name = "";
        String type = "";
        boolean transposesSecond = false;
        while (node.next()) {
            switch (node.field()) {
                case 1 -> inputs.add(node.string());
                case 3 -> name = node.string();
                case 4 -> type = node.string();
                case 5 -> transposesSecond |= isTransB(new ProtoReader(node.bytes()));
                default -> node.skip();
            }
        }
        if (type.equals("MatMul") && inputs.size() == 2) {
            matMuls.computeIfAbsent(inputs.get(1), key -> new ArrayList<>()).add(name);
        } else if (type.equals("Gemm") && inputs.size() >= 2 && !transposesSecond) {
            plainGemms.add(inputs.get(1));
        }
    }

    private static boolean isTransB(ProtoReader attribute) throws MalformedModelException {
        String name = "";
        long value = 0;
        while (attribute.next()) {
            switch (attribute.field()) {
                case 1 -> name = attribute.string();
                case 3 -> value = attribute.varint();
                default -> attribute.skip();
            }
        }
        return name.equals("transB") && value == 1;
    }
}
