using System.Security.Cryptography;

namespace Maily.Deploy.Sandbox;

/// <summary>
/// Credentials with the shapes of the real ones, new for each sandbox. Each says that it is a sandbox's, so that one that turns up in
/// a log or in a configuration alarms nobody and opens nothing.
/// </summary>
public sealed record SandboxCredentials
{
    const string Lower = "abcdefghijklmnopqrstuvwxyz0123456789";
    const string Mixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + Lower;
    const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>24 characters, as Vercel's tokens.</summary>
    public string VercelToken { get; } = "sandbox" + Random(Mixed, 17);

    /// <summary>A team's id.</summary>
    public string VercelOrgId { get; } = "team_sandbox" + Random(Mixed, 17);

    /// <summary>A project's id.</summary>
    public string VercelProjectId { get; } = "prj_sandbox" + Random(Mixed, 21);

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

    /// <summary>A user's token for the clusters.</summary>
    public string ClusterToken { get; } = "sandbox-" + Random(Lower, 40);

    /// <summary>Says nothing of its values.</summary>
    public override string ToString() => nameof(SandboxCredentials);

    static string Random(string characters, int length) => RandomNumberGenerator.GetString(characters, length);
}
