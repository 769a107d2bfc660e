package io.github.peft4j.task.data.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.chat.read.ChatFormat;
import io.github.peft4j.task.data.chat.read.ChatRow;
import io.github.peft4j.task.data.chat.read.Conversations;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatDatasetTest {

    private static final Tokenizer MARKED = PythonRows.tokenizer("smollm2", "rows/chatml_marked");

    private static Conversations conversations(int... numbers) {
        List<ChatRow> rows = new ArrayList<>();
        for (int number : numbers) {
            rows.add(PythonRows.row(number));
        }
        return new Conversations(rows, ChatFormat.MESSAGES, 2, "chats.jsonl");
    }

    private static ChatOptions longest(int tokens, Overlong fate) {
        return ChatOptions.builder().optMaxLength(tokens).optOverlong(fate).build();
    }

    private static Tokenizer template(String source) {
        return PythonRows.plain("smollm2").withChatTemplates(Map.of("default", source));
    }

    @Test
    void countsWhatItKeepsAndSaysIt() {
        ChatDataset dataset = ChatDataset.of(MARKED, conversations(0, 1, 6, 10));

        assertThat(dataset.counts())
                .isEqualTo(new ChatCounts(3, 4, 1, 29 + 54 + 19, 13 + 6 + 2, 0, 1, 0));
        assertThat(dataset.describe())
                .isEqualTo(
                        "chats.jsonl (messages): 3 rows, 4 turns of the assistant (1 of them"
                                + " empty), 102 tokens, 21 of them count (ASSISTANT, found by the"
                                + " template's generation marks); 1 without a token that counts"
                                + " were left out; 2 bad rows were left out");
        assertThat(dataset.size()).isEqualTo(3);
        assertThat(dataset.length(1)).isEqualTo(54);
        assertThat(dataset.name()).isEqualTo("chats.jsonl");
    }

    /** The first token of a row has a label and is predicted by nothing. */
    @Test
    void countsAllTokensButTheFirst() {
        ChatDataset dataset =
                ChatDataset.of(
                        MARKED,
                        conversations(0, 10),
                        ChatOptions.builder().optLoss(ChatLoss.ALL).build());

        assertThat(dataset.counts().countedTokens()).isEqualTo(28 + 20);
        assertThat(dataset.describe()).contains("50 tokens, 48 of them count (ALL)");
    }

    @Test
    void cutsLongRowsAtTheirEnd() {
        Conversations conversations = conversations(0, 1, 4, 6);
        ChatDataset whole = ChatDataset.of(MARKED, conversations);

        ChatDataset cut = ChatDataset.of(MARKED, conversations, longest(31, Overlong.CUT));

        assertThat(cut.counts().overlong()).isEqualTo(2);
        assertThat(PythonRows.ids(cut, 1)).isEqualTo(PythonRows.ids(whole, 1).subList(0, 31));
        assertThat(PythonRows.counted(cut, 1)).containsExactly(30);
        assertThat(cut.describe()).contains("; 2 longer than 31 tokens were cut;");
        ChatDataset shorter = ChatDataset.of(MARKED, conversations, longest(30, Overlong.CUT));
        assertThat(shorter.counts().rows()).isEqualTo(3);
        assertThat(shorter.counts().withoutCounted()).isEqualTo(1);
        assertThat(shorter.counts().turns()).isEqualTo(3);
        assertThat(ChatDataset.of(MARKED, conversations, longest(60, Overlong.CUT)).counts())
                .isEqualTo(whole.counts());
    }

    @Test
    void leavesLongRowsOutIfAsked() {
        ChatDataset dropped =
                ChatDataset.of(MARKED, conversations(0, 1, 4, 6), longest(54, Overlong.DROP));

        assertThat(dropped.counts().overlong()).isEqualTo(1);
        assertThat(dropped.counts().rows()).isEqualTo(3);
        assertThat(dropped.counts().withoutCounted()).isZero();
        assertThat(dropped.describe()).contains("; 1 longer than 54 tokens were left out;");
    }

    @Test
    void refusesToBeEmpty() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                ChatDataset.of(
                                        MARKED, conversations(1, 10), longest(8, Overlong.CUT)))
                .withMessage(
                        "No token of any conversation counts: 2 have no turn of the assistant"
                                + " within 8 tokens, and 2 are longer than that. Look at roles,"
                                + " chat template and optMaxLength.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Conversations.of(List.of()))
                .withMessage("0 conversations make no dataset. Give some.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> longest(1, Overlong.CUT))
                .withMessageContaining("maxLength 1 leaves nothing to predict. Give at least 2");
    }

    @Test
    void padsOnTheRightWithIgnoredLabels() {
        TokenBatch batch = ChatDataset.of(MARKED, conversations(0, 6)).batch(0, 1);

        long[] labels = ((HostArray.Int64) batch.columns().get(ModelInput.LABELS)).values();
        long[] mask = ((HostArray.Int64) batch.columns().get(ModelInput.ATTENTION_MASK)).values();
        assertThat(batch.shape().getShape()).containsExactly(2, 29);
        for (int i = 0; i < 29; i++) {
            assertThat(mask[29 + i]).isEqualTo(i < 19 ? 1 : 0);
            assertThat(labels[29 + i] != -100).isEqualTo(i == 17 || i == 18);
        }
    }

    @Test
    void showsWhatCounts() {
        assertThat(ChatDataset.of(MARKED, conversations(1)).preview(0))
                .isEqualToNormalizingNewlines(
                        """
                              0 | <|im_start|>system\\nBe brief.<|im_end|>\\n<|im_start|>user\\nWhat is 2 + 2?<|im_end|>\\n<|im_start|>assistant\\n
                        *    30 | 4<|im_end|>\\n
                             33 | <|im_start|>user\\nAnd 3 + 3?<|im_end|>\\n<|im_start|>assistant\\n
                        *    51 | 6<|im_end|>\\n
                        """);
    }

    @Test
    void writesInstructionsAsTurnsOrTexts() {
        Conversations alpaca =
                Conversations.of(List.of(new ChatRow.Instruction("", "Add.", "2, 2", "4")));

        ChatDataset turns = ChatDataset.of(MARKED, alpaca);
        ChatDataset texts = ChatDataset.of(PythonRows.plain("smollm2"), alpaca);

        assertThat(turns.preview(0))
                .contains("0 | <|im_start|>user\\nAdd.\\n2, 2<|im_end|>\\n<|im_start|>assistant\\n")
                .contains("| 4<|im_end|>\\n");
        assertThat(texts.preview(0))
                .contains("### Input:\\n2, 2\\n\\n### Response:\n*")
                .endsWith("| 4<|im_end|>%n".formatted());
        assertThat(texts.describe())
                .isEqualTo(
                        "Conversations: 1 rows, 1 turns of the assistant, %d tokens, 2 of them"
                                        .formatted(texts.counts().tokens())
                                + " count (ASSISTANT, as texts without a chat template)");
    }

    @Test
    void saysHowToGetATemplate() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ChatDataset.of(PythonRows.plain("smollm2"), conversations(0)))
                .withMessage(
                        "chats.jsonl, conversation 1 ('What is the capital of France?') has turns,"
                                + " and the tokenizer has no chat template 'default' to write them."
                                + " Load an instruction-tuned checkpoint with its"
                                + " chat_template.jinja, give one with"
                                + " tokenizer.withChatTemplates(Map.of(\"default\", source)), or"
                                + " write the rows as prompt and completion.");
    }

    @Test
    void takesTurnsOrTexts() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                ChatDataset.of(
                                        MARKED,
                                        Conversations.of(
                                                List.of(
                                                        PythonRows.row(0),
                                                        new ChatRow.Texts("a\nb", "c")))))
                .withMessage(
                        "conversation 2 ('a\\nb') has texts, those before it turns. Make a dataset"
                                + " of each.");
    }

    @Test
    void namesTheConversationThatIsRefused() {
        Tokenizer thinking = PythonRows.tokenizer("smollm2", "thinking");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatDataset.of(thinking, conversations(0, 1)))
                .withMessage(
                        "chats.jsonl, conversation 2 ('Be brief.'): messages[2]: the chat template"
                                + " writes what comes before and with it in two ways,"
                                + " '<think>\\n\\n</think>\\n\\n4<|im_end|>' where it is the end"
                                + " and '4<|im_end|>\\n<|im_start|>user\\nA' in the whole"
                                + " conversation, so the assistant's tokens cannot be told."
                                + " Templates that leave out earlier thoughts do that. Give the"
                                + " tokenizer a template with {% generation %} around what the"
                                + " assistant writes (withChatTemplates), or train on last turns"
                                + " alone (optLoss(ChatLoss.LAST_TURN)).");
    }

    @Test
    void refusesTemplatesThatDoNotTeachToStop() {
        String outside =
                PythonRows.source("rows/chatml_marked")
                        .replace(
                                "{{- message['content'] + '<|im_end|>\\n' }}\n"
                                        + "        {%- endgeneration %}",
                                "{{- message['content'] }}\n        {%- endgeneration %}\n"
                                        + "        {{- '<|im_end|>\\n' }}");
        assertThat(outside).contains("{%- endgeneration %}\n        {{- '<|im_end|>");
        String noEnd =
                "{% for m in messages %}{{ m.role + ': ' + m.content + '\\n' }}{% endfor %}"
                        + "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";

        for (String source : List.of(outside, noEnd)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ChatDataset.of(template(source), conversations(0)))
                    .withMessage(
                            "In chat template 'default' no special token that counts ends a turn"
                                    + " of the assistant, so the model would not learn to stop."
                                    + " Write the tokenizer's end-of-turn token before {%"
                                    + " endgeneration %}, or, if turns are to end without one, set"
                                    + " optRequireTurnEnd(false).");
        }
        ChatDataset asked =
                ChatDataset.of(
                        template(outside),
                        conversations(0),
                        ChatOptions.builder().optRequireTurnEnd(false).build());
        assertThat(PythonRows.counted(asked, 0)).endsWith(26).hasSize(11);
    }

    @Test
    void givesTemplatesToolsAndVariables() {
        Tokenizer reading =
                template(
                        "{{ tools | tojson }} {{ a }} {{ b }}{% for m in messages %}"
                                + "{{ m.content + '<|im_end|>' }}{% endfor %}");
        ChatRow row =
                new ChatRow.Turns(
                        List.of(ChatMessage.user("Hi"), ChatMessage.assistant("Hello")),
                        0,
                        List.of(Map.of("name", "f")),
                        Map.of("b", "row"));

        ChatDataset dataset =
                ChatDataset.of(
                        reading,
                        Conversations.of(List.of(row)),
                        ChatOptions.builder()
                                .optVariable("a", "all")
                                .optVariable("b", "all")
                                .build());

        assertThat(dataset.preview(0)).contains("0 | [{\"name\": \"f\"}] all rowHi<|im_end|>");
    }

    /** A token of the answer begins in the head: the turn starts with the tokens that differ. */
    @Test
    void countsTurnsThatShareATokenWithTheirHead() {
        Tokenizer joined =
                template(
                        "{% for m in messages %}{{ m.role + ': h' + m.content + '<|im_end|>' }}"
                                + "{% endfor %}{% if add_generation_prompt %}assistant: h"
                                + "{% endif %}");
        ChatRow row = ChatRow.of(ChatMessage.user("a"), ChatMessage.assistant("e is"));

        ChatDataset dataset = ChatDataset.of(joined, Conversations.of(List.of(row)));

        assertThat(dataset.preview(0))
                .isEqualToNormalizingNewlines(
                        "      0 | user: ha<|im_end|>assistant:\n*     8 |  he is<|im_end|>\n");
        assertThat(dataset.counts().mergedStarts()).isEqualTo(1);
        assertThat(dataset.describe())
                .endsWith("; 1 turns share their first token with what is before them");
    }
}
