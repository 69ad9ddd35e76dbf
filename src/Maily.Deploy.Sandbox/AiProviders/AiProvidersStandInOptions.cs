namespace Maily.Deploy.Sandbox.AiProviders;

/// <summary>How the AI providers' stand-in is set up: the key that each provider accepts.</summary>
public sealed record AiProvidersStandInOptions
{
    /// <summary>The key of OpenAI (<c>OPENAI_API_KEY</c>).</summary>
    public string OpenAiKey { get; init; } = "sk-proj-sandbox000000000000000000000000000000000001";

    /// <summary>The key of Anthropic (<c>ANTHROPIC_API_KEY</c>).</summary>
    public string AnthropicKey { get; init; } = "sk-ant-api03-sandbox000000000000000000000000000001";

    /// <summary>The key of Google (<c>GOOGLE_AI_API_KEY</c>).</summary>
    public string GoogleKey { get; init; } = "AIzaSandbox000000000000000000000000001";

    /// <summary>Models of OpenAI.</summary>
    public IReadOnlyList<string> OpenAiModels { get; init; } = ["gpt-4o", "gpt-4o-mini", "text-embedding-3-small"];

    /// <summary>Models of Anthropic.</summary>
    public IReadOnlyList<string> AnthropicModels { get; init; } = ["claude-sonnet-4-20250514", "claude-3-5-haiku-20241022"];

    /// <summary>Models of Google, without the prefix <c>models/</c>.</summary>
    public IReadOnlyList<string> GoogleModels { get; init; } = ["gemini-2.5-flash", "gemini-2.5-pro"];

    /// <summary>Loopback port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
