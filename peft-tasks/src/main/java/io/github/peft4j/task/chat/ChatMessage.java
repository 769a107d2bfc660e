package io.github.peft4j.task.chat;

/**
 * One turn of a conversation.
 *
 * @param role who speaks, in the words of the model's template: usually {@code system}, {@code
 *     user} or {@code assistant}
 * @param content what is said
 */
public record ChatMessage(String role, String content) {

    /** What the model is told before the conversation. */
    public static ChatMessage system(String content) {
        return new ChatMessage("system", content);
    }

    /** What its user says. */
    public static ChatMessage user(String content) {
        return new ChatMessage("user", content);
    }

    /** What the model says. */
    public static ChatMessage assistant(String content) {
        return new ChatMessage("assistant", content);
    }
}
