package io.github.peft4j.task.data.chat;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.data.chat.read.ChatRow;
import io.github.peft4j.task.data.chat.read.Conversations;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** A causal model trains on conversations, from the loss that Python computes. */
class ChatTrainingTest {

    private static final Tokenizer TOKENIZER = PythonRows.tokenizer("qwen2", "rows/chatml_marked");

    /** Relative 1e-5. */
    private static final Percentage ROUNDING = Percentage.withPercentage(1e-3);

    private static ChatDataset dataset(ChatLoss loss) {
        List<ChatRow> rows =
                PythonRows.loss().getAsJsonArray("conversations").asList().stream()
                        .map(JsonElement::getAsInt)
                        .<ChatRow>map(PythonRows::row)
                        .toList();
        return ChatDataset.of(
                TOKENIZER, Conversations.of(rows), ChatOptions.builder().optLoss(loss).build());
    }

    private static TransformerModel base() throws IOException {
        return Transformers.load(PythonRows.folder("/chat/rows/model"), TaskType.CAUSAL_LM);
    }

    private static float loss(TransformerModel base, ChatDataset dataset) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ModelOutput output = base.forward(dataset.batch(0, 1, 2, 3).toInput(manager));
            return output.loss().getFloat();
        }
    }

    @Test
    void lossIsThatOfPython() throws IOException {
        try (TransformerModel base = base()) {
            assertThat(loss(base, dataset(ChatLoss.ASSISTANT)))
                    .isCloseTo(PythonRows.loss().get("runs").getAsFloat(), ROUNDING);
            assertThat(loss(base, dataset(ChatLoss.ALL)))
                    .isCloseTo(PythonRows.loss().get("all").getAsFloat(), ROUNDING);
        }
    }

    @Test
    void trainingLowersIt() throws IOException {
        ChatDataset dataset = dataset(ChatLoss.ASSISTANT);
        try (TransformerModel base = base()) {
            PeftModel model =
                    PeftModels.getPeftModel(
                            base.block(),
                            LoraConfig.builder().optTaskType(TaskType.CAUSAL_LM).optR(4).build());
            TrainingArguments arguments =
                    TrainingArguments.builder()
                            .optPerDeviceTrainBatchSize(4)
                            .optEpochs(20)
                            .optLearningRate(1e-2)
                            .build();

            List<Double> losses = new ArrayList<>();
            PeftTrainer.builder(model, arguments)
                    .addListener(
                            new TrainerListener() {
                                @Override
                                public void onStep(StepReport step) {
                                    losses.add(step.loss());
                                }
                            })
                    .build()
                    .fit(dataset, null);

            double first = PythonRows.loss().get("runs").getAsDouble();
            assertThat(losses.get(0)).isCloseTo(first, ROUNDING);
            assertThat(losses.get(losses.size() - 1)).isLessThan(first - 0.5);
        }
    }
}
