namespace Maily.Deploy.Images.Scanning;

/// <summary>How bad a vulnerability is, as scanners name it; higher is worse.</summary>
public enum Severity
{
    /// <summary>Nobody has rated it.</summary>
    Unknown,

    /// <summary>Low.</summary>
    Low,

    /// <summary>Medium.</summary>
    Medium,

    /// <summary>High.</summary>
    High,

    /// <summary>Critical.</summary>
    Critical,
}
