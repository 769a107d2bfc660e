package io.github.peft4j.task.data.chat;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.chat.ChatTemplate;
import io.github.peft4j.task.chat.RenderedChat;
import io.github.peft4j.task.data.chat.read.ChatRow;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes turns with a chat template and finds the tokens of the assistant.
 *
 * <p>Where the template marks them with {@code {% generation %}}: every token with a character
 * between the marks. Elsewhere by two beginnings of the conversation for each turn, the one up to
 * the turn with its head and the one with the turn: it has the tokens that the whole conversation
 * shares with the second but not with the first.
 */
final class TurnWriter {

    private static final String ASSISTANT = "assistant";

    private static final int SHOWN = 30;

    private final ChatTemplate template;
    private final ChatLoss loss;
    private final Map<String, Object> variables;

    TurnWriter(ChatTemplate template, ChatOptions options) {
        this.template = template;
        this.loss = options.loss();
        this.variables = options.variables();
    }

    /** How the assistant's tokens are found, in words. */
    String way() {
        return template.marksGeneration()
                ? "the template's generation marks"
                : "what each turn adds to the conversation before it";
    }

    /**
     * The texts of a conversation.
     *
     * @throws IllegalArgumentException if the template refuses it, or writes a beginning of it
     *     differently from the whole
     */
    Writing write(ChatRow.Turns row) {
        if (loss == ChatLoss.ALL) {
            String whole = template.render(row.messages(), false, variables(row));
            return new Writing(
                    ImmutableList.of(whole), encodings -> row(row, encodings, List.of(), 0, true));
        }
        return template.marksGeneration() ? byMarks(row) : byPrefixes(row);
    }

    private Map<String, Object> variables(ChatRow.Turns row) {
        Map<String, Object> all = new HashMap<>(variables);
        if (row.tools() != null) {
            all.put("tools", row.tools());
        }
        all.putAll(row.variables());
        return all;
    }

    private Writing byMarks(ChatRow.Turns row) {
        RenderedChat chat = template.renderMarked(row.messages(), variables(row));
        List<RenderedChat.Stretch> marks = chat.generated();
        boolean last = loss == ChatLoss.LAST_TURN && !marks.isEmpty();
        List<RenderedChat.Stretch> wanted =
                last ? marks.subList(marks.size() - 1, marks.size()) : marks;
        List<String> texts = new ArrayList<>(List.of(chat.text()));
        if (row.prompt() > 0) {
            String head = head(row, row.prompt());
            requirePrefix(row, row.prompt(), head, chat.text());
            texts.add(head);
        }
        return new Writing(
                texts,
                encodings -> {
                    List<Span> spans = new ArrayList<>();
                    for (RenderedChat.Stretch mark : wanted) {
                        spans.add(tokens(encodings.get(0), mark));
                    }
                    int from = 0;
                    boolean merged = false;
                    if (encodings.size() > 1) {
                        from = shared(encodings.get(1), encodings.get(0));
                        merged = from < encodings.get(1).length();
                    }
                    return row(row, encodings, behind(from, spans), merged ? 1 : 0, false);
                });
    }

    /** The tokens from the first to the last one that has a character of a stretch. */
    private static Span tokens(Encoding row, RenderedChat.Stretch mark) {
        int from = 0;
        int to = 0;
        for (int i = 0; i < row.length(); i++) {
            Span chars = row.tokens().get(i).chars();
            if (chars.start() < mark.end() && chars.end() > mark.start()) {
                from = to == 0 ? i : from;
                to = i + 1;
            }
        }
        return new Span(from, to);
    }

    private static List<Span> behind(int from, List<Span> spans) {
        return spans.stream()
                .filter(span -> span.end() > from)
                .map(span -> new Span(Math.max(from, span.start()), span.end()))
                .toList();
    }

    private Writing byPrefixes(ChatRow.Turns row) {
        String whole = template.render(row.messages(), false, variables(row));
        List<String> texts = new ArrayList<>(List.of(whole));
        List<Integer> ends = new ArrayList<>();
        for (int turn : answers(row)) {
            String head = head(row, turn);
            String end =
                    turn + 1 == row.messages().size()
                            ? whole
                            : template.render(
                                    row.messages().subList(0, turn + 1), false, variables(row));
            requirePrefix(row, turn, head, end);
            requirePrefix(row, turn, head, whole);
            requirePrefix(row, turn, end, whole);
            texts.add(head);
            if (end.equals(whole)) {
                ends.add(0);
            } else {
                ends.add(texts.size());
                texts.add(end);
            }
        }
        return new Writing(texts, encodings -> differences(row, encodings, ends));
    }

    /** Where each head and end stop to agree with the whole; heads stand before their ends. */
    private LabelledRow differences(
            ChatRow.Turns row, List<Encoding> encodings, List<Integer> ends) {
        List<Span> spans = new ArrayList<>();
        int merged = 0;
        int next = 1;
        for (int end : ends) {
            Encoding head = encodings.get(next);
            int from = shared(head, encodings.get(0));
            merged += from < head.length() ? 1 : 0;
            spans.add(new Span(from, shared(encodings.get(end), encodings.get(0))));
            next += end == 0 ? 1 : 2;
        }
        return row(row, encodings, spans, merged, false);
    }

    private List<Integer> answers(ChatRow.Turns row) {
        List<Integer> answers = new ArrayList<>();
        for (int i = row.prompt(); i < row.messages().size(); i++) {
            if (row.messages().get(i).role().equals(ASSISTANT)) {
                answers.add(i);
            }
        }
        return loss == ChatLoss.LAST_TURN && answers.size() > 1
                ? answers.subList(answers.size() - 1, answers.size())
                : answers;
    }

    /** What a model reads before it writes a turn. */
    private String head(ChatRow.Turns row, int turn) {
        if (turn == 0) {
            throw new IllegalArgumentException(
                    "the assistant begins, and what it reads before is not known. Put the user's"
                            + " message before it, or mark what the assistant writes with {%"
                            + " generation %} in the chat template.");
        }
        return template.render(row.messages().subList(0, turn), true, variables(row));
    }

    private void requirePrefix(ChatRow.Turns row, int turn, String beginning, String whole) {
        if (whole.startsWith(beginning)) {
            return;
        }
        int parts = Strings.commonPrefix(beginning, whole).length();
        throw new IllegalArgumentException(
                ("messages[%d]: the chat template writes what comes before and with it in two ways,"
                                + " '%s' where it is the end and '%s' in the whole conversation, so"
                                + " the assistant's tokens cannot be told. Templates that leave out"
                                + " earlier thoughts do that. Give the tokenizer a template with"
                                + " {%% generation %%} around what the assistant writes"
                                + " (withChatTemplates)%s.")
                        .formatted(
                                turn,
                                piece(beginning, parts),
                                piece(whole, parts),
                                turnsFollow(row, turn)
                                        ? ", or train on last turns alone"
                                                + " (optLoss(ChatLoss.LAST_TURN))"
                                        : ""));
    }

    private static boolean turnsFollow(ChatRow.Turns row, int turn) {
        return row.messages().subList(turn + 1, row.messages().size()).stream()
                .anyMatch(message -> message.role().equals(ASSISTANT));
    }

    private static String piece(String text, int from) {
        return text.substring(from, Math.min(text.length(), from + SHOWN)).replace("\n", "\\n");
    }

    private static int[] ids(Encoding encoding) {
        int[] ids = new int[encoding.length()];
        Arrays.setAll(ids, encoding::id);
        return ids;
    }

    private static int shared(Encoding first, Encoding second) {
        return Prefixes.shared(ids(first), ids(second));
    }

    private static LabelledRow row(
            ChatRow.Turns row,
            List<Encoding> encodings,
            List<Span> spans,
            int merged,
            boolean all) {
        int[] ids = ids(encodings.get(0));
        boolean[] counts = new boolean[ids.length];
        Arrays.fill(counts, all);
        for (Span span : spans) {
            Arrays.fill(counts, span.start(), span.end(), true);
        }
        List<ChatMessage> said =
                row.messages().subList(row.prompt(), row.messages().size()).stream()
                        .filter(message -> message.role().equals(ASSISTANT))
                        .toList();
        int empty =
                (int)
                        said.stream()
                                .filter(
                                        message ->
                                                message.content().isBlank()
                                                        && !message.fields()
                                                                .containsKey("tool_calls"))
                                .count();
        return new LabelledRow(ids, counts, said.size(), empty, merged);
    }
}
