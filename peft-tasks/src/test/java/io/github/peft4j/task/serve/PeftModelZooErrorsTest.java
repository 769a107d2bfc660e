package io.github.peft4j.task.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.modality.Classifications;
import ai.djl.modality.nlp.translator.NamedEntity;
import ai.djl.nn.Blocks;
import ai.djl.repository.zoo.Criteria;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PeftModelZooErrorsTest {

    private static final Path CLASSIFIER = Golden.path("adapters/lora-seqcls-bert");

    private static Criteria.Builder<?, ?> of(String checkpoint) {
        return Criteria.builder()
                .optModelZoo(new PeftModelZoo(Golden.path("models/" + checkpoint)));
    }

    private static Criteria.Builder<String, Classifications> classifier() {
        return of("bert-seqcls")
                .setTypes(String.class, Classifications.class)
                .optEngine("PyTorch")
                .optArgument("task", "SEQ_CLS");
    }

    @Test
    void freesEverythingWhenLoadingFails() throws Exception {
        classifier().optArgument("adapter", CLASSIFIER).build().loadModel().close();
        int before = LeakCheck.count();

        refuses(
                classifier()
                        .optArgument("adapter", "a=" + CLASSIFIER + ",b=" + Golden.path("models")),
                "adapter_config.json");
        refuses(
                of("bert-seqcls")
                        .setTypes(String.class, String.class)
                        .optArgument("adapter", CLASSIFIER),
                "Task SEQ_CLS has no translator of String to String");

        assertThat(LeakCheck.count()).isEqualTo(before);
    }

    private static void refuses(Criteria.Builder<?, ?> criteria, String... parts) {
        assertThatThrownBy(() -> criteria.build().loadModel())
                .isInstanceOfAny(IOException.class, IllegalArgumentException.class)
                .message()
                .contains(parts);
    }

    @Test
    void saysWhatIsWrongWithAnArgument() {
        refuses(
                classifier().optArgument("adapter", "no/where"),
                "There is no adapter directory 'no/where'",
                "models/bert-seqcls");
        refuses(classifier().optArgument("adapter", "a=" + CLASSIFIER + ",b"), "name=directory");
        refuses(
                classifier().optArgument("task", "SENTIMENT"),
                "The argument task is 'SENTIMENT'. It must be one of SEQ_CLS, ");
        refuses(
                of("bert-seqcls").setTypes(String.class, Classifications.class),
                "The argument task is missing",
                "SEQ_CLS");
        refuses(
                classifier().optArgument("merge", "perhaps"),
                "The argument merge is 'perhaps'. It must be true or false.");
        refuses(classifier().optArgument("merge", true), "no adapter to merge");
        refuses(classifier().optArgument("labels", " , "), "labels", "names with commas");
        refuses(classifier().optArgument("maxLength", "0"), "maxLength is '0'", "above 0");
        refuses(classifier().optBlock(Blocks.identityBlock()), "Leave optBlock out");
        refuses(
                of("bert-tokcls")
                        .setTypes(String.class, NamedEntity[].class)
                        .optArgument("task", "TOKEN_CLS")
                        .optArgument("aggregation", "words"),
                "aggregation is 'words'",
                "NONE, SIMPLE, FIRST, AVERAGE, MAX");
        refuses(
                of("llama-causal")
                        .setTypes(String.class, String.class)
                        .optArgument("task", "CAUSAL_LM")
                        .optArgument("generation.max_tokens", 3),
                "max_tokens is no generation setting");
        refuses(
                of("llama-causal")
                        .setTypes(String.class, String.class)
                        .optArgument("task", "CAUSAL_LM")
                        .optArgument("generation.num_beams", 3)
                        .optArgument("generation.num_return_sequences", "2"),
                "num_return_sequences is 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PeftModelZoo(Path.of("no/where")))
                .withMessageContaining("There is no directory 'no/where'");
    }

    @Test
    void refusesADeviceThatItDoesNotLoadOn() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeftBlockFactory.requireDevice(Device.gpu(), Device.cpu()))
                .withMessageContaining("device gpu(0), but checkpoints load on cpu()");
    }
}
