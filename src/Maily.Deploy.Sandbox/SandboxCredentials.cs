using System.Security.Cryptography;

namespace Maily.Deploy.Sandbox;

/// <summary>
/// Credentials with the shapes of the real ones, new for each sandbox. Each says that it is a sandbox's, so that one that turns up in
/// a log or in a configuration alarms nobody and opens nothing.
/// </summary>
public sealed record SandboxCredentials
{
    const string Mixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>24 characters, as Vercel's tokens.</summary>
    public string VercelToken { get; } = "sandbox" + Random(Mixed, 17);

    /// <summary>The team's id; no secret, and the same in each sandbox, so that an environment's settings can record it.</summary>
    public string VercelOrgId { get; } = "team_sandbox0000000000000001";

    /// <summary>The project's id; no secret, and the same in each sandbox.</summary>
    public string VercelProjectId { get; } = "prj_sandbox00000000000000001";

    /// <summary>AKIA and 16 characters.</summary>
    public string AwsAccessKeyId { get; } = "AKIASANDBOX" + Random(Base32, 9);

    /// <summary>40 characters.</summary>
    public string AwsSecretAccessKey { get; } = "sandbox/" + Random(Mixed, 32);

    /// <summary>An OpenAI key.</summary>
    public string OpenAiKey { get; } = "sk-sandbox-" + Random(Mixed, 40);

    /// <summary>An Anthropic key.</summary>
    public string AnthropicKey { get; } = "sk-ant-sandbox-" + Random(Mixed, 80);

    /// <summary>AIza and 35 characters.</summary>
    public string GoogleKey { get; } = "AIzaSandbox" + Random(Mixed, 28);

    /// <summary>The secret part of a Slack webhook's address: 24 characters.</summary>
    public string SlackToken { get; } = "sandbox" + Random(Mixed, 17);

    /// <summary>Opens the repository of manifests: 24 characters.</summary>
    public string ManifestsToken { get; } = "sandbox" + Random(Mixed, 17);

    /// <summary>Seals the sandbox's backups: 32 bytes in base64.</summary>
    public string BackupKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Says nothing of its values.</summary>
    public override string ToString() => nameof(SandboxCredentials);

    static string Random(string characters, int length) => RandomNumberGenerator.GetString(characters, length);
}
