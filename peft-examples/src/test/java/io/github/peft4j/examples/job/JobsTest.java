package io.github.peft4j.examples.job;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.modality.nlp.translator.NamedEntity;
import com.google.common.base.Joiner;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.task.serve.FolderPredictor;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each job from a file to an answer, on random models: what they answer is chance. */
class JobsTest {

    @TempDir private Path folder;
    private Path adapter;

    @BeforeEach
    void name() {
        adapter = folder.resolve("adapter");
    }

    private Path file(String name, String... lines) throws IOException {
        return Files.writeString(folder.resolve(name), Joiner.on('\n').join(lines) + "\n");
    }

    /** What the adapter writes behind a text as it is, sixty tokens at most. */
    private String plain(String text) throws Exception {
        try (AdapterFolder opened = AdapterFolder.load(adapter);
                FolderPredictor<String, String> predictor =
                        FolderPredictor.of(
                                opened,
                                String.class,
                                String.class,
                                Map.of("generation.max_new_tokens", 60))) {
            return predictor.predict(text);
        }
    }

    private TaskType savedTask() throws IOException {
        return PeftConfig.fromPretrained(adapter).taskType().orElseThrow();
    }

    @Test
    void classifiesTables() throws Exception {
        List<String> lines = new ArrayList<>(List.of("department;complaint"));
        for (int i = 0; i < 12; i++) {
            lines.add("shop;the boats sank " + i);
            lines.add("press;who paid, and what " + i);
        }
        Path table = file("complaints.csv", lines.toArray(new String[0]));

        ClassifyTable.train(Golden.path("models/bert-base"), table, adapter);

        assertThat(savedTask()).isEqualTo(TaskType.SEQ_CLS);
        assertThat(ClassifyTable.ask(adapter, "The boats.").getClassNames())
                .containsExactlyInAnyOrder("press", "shop");
    }

    private Path chatModel() throws IOException {
        Path checkpoint = Files.createDirectory(folder.resolve("checkpoint"));
        for (String name :
                List.of(
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json")) {
            Files.copy(Golden.path("models/llama-causal").resolve(name), checkpoint.resolve(name));
        }
        Path config = checkpoint.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config) // Alpaca's prompt is longer than the model
                        .replace(
                                "max_position_embeddings\": 128",
                                "max_position_embeddings\": 512"));
        return checkpoint;
    }

    @Test
    void followsConversations() throws Exception {
        Path checkpoint = chatModel();
        Files.writeString(
                checkpoint.resolve("chat_template.jinja"),
                "{% for m in messages %}{{ m.role + ': ' + m.content + eos_token }}{% endfor %}"
                        + "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}");
        Path rows =
                file(
                        "chats.jsonl",
                        "{\"messages\": [{\"role\": \"user\", \"content\": \"Who paid?\"},"
                                + " {\"role\": \"assistant\", \"content\": \"Anna.\"}]}");

        FollowInstructions.train(checkpoint, rows, adapter);

        assertThat(savedTask()).isEqualTo(TaskType.CAUSAL_LM);
        assertThat(FollowInstructions.chat(adapter, "Who paid?"))
                .isNotEmpty()
                .isNotEqualTo(plain("Who paid?"));
    }

    @Test
    void followsInstructions() throws Exception {
        Path rows =
                file(
                        "alpaca.json",
                        "[{\"instruction\": \"Name it.\", \"input\": \"boat\", \"output\": \"a boat\"}]");

        FollowInstructions.train(chatModel(), rows, adapter);

        assertThat(FollowInstructions.instruct(adapter, "Name it.", "boat"))
                .isNotEmpty()
                .isNotEqualTo(plain("boat"));
    }

    @Test
    void tagsWords() throws Exception {
        Path train =
                file("train.conll", "Anna\tB-PER", "paid\tO", "", "The\tO", "boats\tO", "sank\tO");
        Path test = file("test.conll", "Anna\tB-PER", "sank\tO");

        TagWords.train(Golden.path("models/bert-base"), train, test, adapter);

        assertThat(savedTask()).isEqualTo(TaskType.TOKEN_CLS);
        try (AdapterFolder opened = AdapterFolder.load(adapter)) {
            assertThat(opened.labels()).containsExactly("B-PER", "O");
        }
        for (NamedEntity found : TagWords.ask(adapter, "Anna paid.")) {
            assertThat(found.getEntity()).isIn("PER", "O");
        }
    }

    @Test
    void answersQuestions() throws Exception {
        Path squad =
                file(
                        "squad.json",
                        "{\"version\": \"1.1\", \"data\": [{\"title\": \"t\", \"paragraphs\": [{",
                        "\"context\": \"Anna paid for the boats.\", \"qas\": [{\"id\": \"1\",",
                        "\"question\": \"Who paid?\",",
                        "\"answers\": [{\"text\": \"Anna\", \"answer_start\": 0}]}]}]}]}");

        AnswerQuestions.train(Golden.path("models/bert-qa"), squad, squad, adapter);

        assertThat(savedTask()).isEqualTo(TaskType.QUESTION_ANS);
        String text = "The boats sank.";
        assertThat(AnswerQuestions.ask(adapter, "What sank?", text))
                .isNotBlank()
                .isSubstringOf(text);
    }

    @Test
    void embedsPairs() throws Exception {
        Path table =
                file(
                        "pairs.tsv",
                        "question\tanswer",
                        "Who paid?\tAnna paid.",
                        "What sank?\tThe boats sank.");

        EmbedPairs.train(Golden.path("models/bert-base"), table, adapter);

        assertThat(savedTask()).isEqualTo(TaskType.FEATURE_EXTRACTION);
        List<float[]> vectors = EmbedPairs.ask(adapter, List.of("Who paid?", "The boats."));
        assertThat(vectors).hasSize(2).allSatisfy(vector -> assertThat(vector).hasSize(32));
    }

    @Test
    void rewritesTexts() throws Exception {
        Path table = file("pairs.tsv", "from\tto", "Who paid?\tWHO PAID?", "a boat\tA BOAT");

        RewriteTexts.train(Golden.path("models/t5-seq2seq"), table, adapter);

        assertThat(savedTask()).isEqualTo(TaskType.SEQ_2_SEQ_LM);
        assertThat(RewriteTexts.ask(adapter, "a boat")).isEqualTo(plain("a boat"));
    }
}
