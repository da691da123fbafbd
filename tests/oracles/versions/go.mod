module versions

go 1.26.3

require (
	github.com/google/osv-scalibr v0.5.3
	github.com/knqyf263/go-apk-version v0.0.0-20200609155635-041fdbb8563f
	golang.org/x/mod v0.43.0
)
