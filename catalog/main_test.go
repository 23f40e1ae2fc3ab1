package catalog

import (
	"os"
	"testing"

	"kopilka/internal/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }
