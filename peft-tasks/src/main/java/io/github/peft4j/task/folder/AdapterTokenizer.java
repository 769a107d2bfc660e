package io.github.peft4j.task.folder;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.task.chat.ChatTemplateFiles;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The tokenizer that an adapter was trained with: its folder's own if there is one, else the
 * checkpoint's with the settings and added tokens that the folder has. Chat templates are those of
 * the folder, else of its passport, else of the tokenizer; rows are padded on the passport's side,
 * if it names one.
 */
public final class AdapterTokenizer {

    private AdapterTokenizer() {}

    /**
     * Loads it.
     *
     * @throws IOException if a file is missing or broken
     */
    public static Tokenizer load(Path checkpoint, Path adapter) throws IOException {
        Tokenizer tokenizer = Tokenizer.ofAdapter(checkpoint, adapter);
        try {
            AdapterPassport passport = AdapterPassport.read(adapter).orElse(AdapterPassport.EMPTY);
            Map<String, String> own = templates(adapter, passport);
            Tokenizer chatting = own.isEmpty() ? tokenizer : tokenizer.withChatTemplates(own);
            return passport.paddingSide()
                    .map(side -> chatting.withPaddingSide(Side.of(side)))
                    .orElse(chatting);
        } catch (IOException | RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static Map<String, String> templates(Path adapter, AdapterPassport passport)
            throws IOException {
        Map<String, String> own = ChatTemplateFiles.read(adapter);
        if (!own.isEmpty()) {
            return own;
        }
        return passport.chatTemplate()
                .map(template -> Map.of(ChatTemplateFiles.DEFAULT, template))
                .orElse(ImmutableMap.of());
    }
}
