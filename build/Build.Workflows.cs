using Maily.Deploy.Components;
using Nuke.Common.CI.GitHubActions;

[DeploymentWorkflow(
    "deploy-production",
    GitHubActionsImage.UbuntuLatest,
    OnWorkflowDispatchRequiredInputs = new[] { "Confirm" },
    InvokedTargets = new[] { nameof(DeployProduction) },
    ImportSecrets = new[]
    {
        "VercelToken", "VercelOrgId", "VercelProjectId", "SupabaseDbUrl",
        "DatabaseHost", "DatabaseUser", "DatabasePassword", "DatabaseName",
        "AwsAccessKeyId", "AwsSecretAccessKey", "AwsRegion", "EksClusterName",
        "OpenaiApiKey", "AnthropicApiKey", "GoogleAiApiKey", "SlackWebhookUrl",
        "MailyBackupKey",
    },
    EnvironmentName = "production",
    ConcurrencyGroup = "deploy-production",
    ReadPermissions = new[] { GitHubActionsPermissions.Contents },
    WritePermissions = new[] { GitHubActionsPermissions.IdToken, GitHubActionsPermissions.Packages },
    EnableGitHubToken = true,
    FetchDepth = 0,
    TimeoutMinutes = 90,
    AutoGenerate = true)]
partial class Build;
