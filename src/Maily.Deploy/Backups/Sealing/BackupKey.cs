using System.Security.Cryptography;
using System.Text;

namespace Maily.Deploy.Backups.Sealing;

/// <summary>One key of 32 bytes. It is never used itself: each purpose has a key that is derived from it.</summary>
public sealed class BackupKey
{
    /// <summary>Its size in bytes.</summary>
    public const int Size = 32;

    readonly byte[] bytes;

    internal BackupKey(byte[] bytes)
    {
        this.bytes = bytes.Length == Size ? bytes : throw new ArgumentException($"A key has {Size} bytes.", nameof(bytes));
        Id = Convert.ToHexStringLower(SHA256.HashData(Derive("id", "")))[..8];
    }

    /// <summary>8 hexadecimal digits that tell keys apart and give nothing of them away.</summary>
    public string Id { get; }

    /// <summary>Says nothing of the key itself.</summary>
    public override string ToString() => $"key {Id}";

    internal byte[] Derive(string purpose, string context) =>
        HMACSHA256.HashData(bytes, Encoding.UTF8.GetBytes($"maily backup {purpose}\0{context}"));
}
