package io.github.peft4j.task.data.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.data.chat.read.ChatRow;
import io.github.peft4j.task.data.chat.read.Conversations;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every token and every mask is Python's. */
class ChatRowsTest {

    private static ChatOptions options(ChatLoss loss) {
        return ChatOptions.builder().optLoss(loss).optMaxLength(0).optRequireTurnEnd(false).build();
    }

    private static ChatDataset dataset(Tokenizer tokenizer, ChatRow row, ChatLoss loss) {
        return ChatDataset.of(tokenizer, Conversations.of(List.of(row)), options(loss));
    }

    private static String name(JsonObject given) {
        return "%s %s %s"
                .formatted(
                        given.get("tokenizer"), given.get("template"), given.get("conversation"));
    }

    private static Tokenizer tokenizer(JsonObject given) {
        return PythonRows.tokenizer(
                given.get("tokenizer").getAsString(), given.get("template").getAsString());
    }

    /** The refusal of a dataset, or null. */
    private static @Nullable String refusal(Runnable dataset) {
        try {
            dataset.run();
            return null;
        } catch (IllegalArgumentException refused) {
            return refused.getMessage();
        }
    }

    private static void check(
            SoftAssertions softly,
            JsonObject given,
            @Nullable JsonElement runs,
            Tokenizer tokenizer,
            ChatRow row,
            ChatLoss loss) {
        if (runs == null || !runs.isJsonArray()) {
            softly.assertThat(refusal(() -> dataset(tokenizer, row, loss)))
                    .as(name(given))
                    .containsPattern("(assistant's tokens cannot be told|assistant begins)");
        } else if (runs.getAsJsonArray().isEmpty()) {
            softly.assertThat(refusal(() -> dataset(tokenizer, row, loss)))
                    .as(name(given))
                    .contains("No token of any conversation counts");
        } else {
            ChatDataset dataset = dataset(tokenizer, row, loss);
            if (given.has("ids")) {
                softly.assertThat(PythonRows.ids(dataset, 0))
                        .as(name(given))
                        .isEqualTo(PythonRows.ids(given));
            }
            softly.assertThat(PythonRows.counted(dataset, 0))
                    .as(name(given))
                    .isEqualTo(PythonRows.places(runs.getAsJsonArray()));
        }
    }

    @Test
    void assistantTurnsAreThoseOfPython() {
        SoftAssertions softly = new SoftAssertions();
        int rows = 0;
        for (JsonObject given : PythonRows.list("rows")) {
            ChatRow row = PythonRows.row(given.get("conversation").getAsInt());
            Tokenizer tokenizer = tokenizer(given);
            if (given.has("error")) {
                softly.assertThat(refusal(() -> dataset(tokenizer, row, ChatLoss.ASSISTANT)))
                        .as(name(given))
                        .contains("The chat template refuses these messages");
                continue;
            }
            check(softly, given, given.get("runs"), tokenizer, row, ChatLoss.ASSISTANT);
            if (given.has("last")) {
                check(softly, given, given.get("last"), tokenizer, row, ChatLoss.LAST_TURN);
            }
            rows++;
        }
        softly.assertAll();
        assertThat(rows).isGreaterThan(130);
    }

    /** The first token never counts in a loss, but its label is there, as in transformers. */
    @Test
    void allTokensCountIfAsked() {
        for (JsonObject given : PythonRows.list("rows")) {
            if (given.has("ids")) {
                ChatRow row = PythonRows.row(given.get("conversation").getAsInt());
                ChatDataset dataset = dataset(tokenizer(given), row, ChatLoss.ALL);

                assertThat(PythonRows.ids(dataset, 0)).isEqualTo(PythonRows.ids(given));
                assertThat(PythonRows.counted(dataset, 0))
                        .as(name(given))
                        .hasSize(PythonRows.ids(given).size());
            }
        }
    }

    @Test
    void lastTurnIsTheLastMark() {
        Tokenizer tokenizer = PythonRows.tokenizer("smollm2", "rows/chatml_marked");
        ChatDataset dataset = dataset(tokenizer, PythonRows.row(1), ChatLoss.LAST_TURN);

        assertThat(PythonRows.counted(dataset, 0)).containsExactly(51, 52, 53);
        assertThat(dataset.counts().turns()).isEqualTo(2);
    }

    @Test
    void completionsOfMessagesAreThoseOfPython() {
        SoftAssertions softly = new SoftAssertions();
        for (JsonObject given : PythonRows.list("completions")) {
            List<ChatMessage> messages = PythonRows.messages(given.get("conversation").getAsInt());
            ChatRow row = new ChatRow.Turns(messages, messages.size() - 1, null, Map.of());
            Tokenizer tokenizer = tokenizer(given);
            if (given.has("error")) {
                softly.assertThat(refusal(() -> dataset(tokenizer, row, ChatLoss.ASSISTANT)))
                        .as(name(given))
                        .contains("The chat template refuses these messages");
            } else if (given.get("template").getAsString().equals("instructions")
                    && given.get("conversation").getAsInt() == 1) {
                // TRL trains on a prompt that it would never see; the system text moves
                softly.assertThat(refusal(() -> dataset(tokenizer, row, ChatLoss.ASSISTANT)))
                        .contains("messages[4]: the chat template writes what comes before");
            } else {
                check(softly, given, given.get("runs"), tokenizer, row, ChatLoss.ASSISTANT);
            }
        }
        softly.assertAll();
    }

    @Test
    void pairsOfTextsAreThoseOfTrl() {
        for (JsonObject given : PythonRows.list("pairs")) {
            String end =
                    given.get("tokenizer").getAsString().equals("llama") ? "</s>" : "<|im_end|>";
            String prompt = given.get("prompt").getAsString();
            String completion = given.get("completion").getAsString();
            List<Integer> ids = PythonRows.ids(given);
            int start = given.get("start").getAsInt();
            Tokenizer tokenizer = PythonRows.plain(given.get("tokenizer").getAsString());
            ChatRow without =
                    new ChatRow.Texts(
                            prompt, completion.substring(0, completion.length() - end.length()));
            for (ChatRow row : List.of(without, new ChatRow.Texts(prompt, completion))) {
                ChatDataset dataset = dataset(tokenizer, row, ChatLoss.ASSISTANT);
                ChatDataset all = dataset(tokenizer, row, ChatLoss.ALL);

                assertThat(PythonRows.ids(dataset, 0)).as(prompt).isEqualTo(ids);
                List<Integer> counted = PythonRows.counted(dataset, 0);
                assertThat(counted).as(prompt).hasSize(ids.size() - start);
                assertThat(counted.get(0)).isEqualTo(start);
                assertThat(PythonRows.counted(all, 0)).hasSize(ids.size());
            }
        }
    }
}
