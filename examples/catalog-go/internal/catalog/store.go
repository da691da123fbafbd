// Package catalog keeps products and serves them.
package catalog

import (
	"encoding/json"
	"os"
	"sort"
	"sync"

	"github.com/google/uuid"
)

// Product is one thing that the shop sells.
type Product struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Cents int    `json:"cents"`
}

// Store keeps products in memory.
type Store struct {
	mutex    sync.RWMutex
	products map[string]Product
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{products: map[string]Product{}}
}

// Load adds the products of a JSON file.
func (s *Store) Load(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var products []Product
	if err := json.Unmarshal(data, &products); err != nil {
		return err
	}
	for _, product := range products {
		s.Add(product)
	}
	return nil
}

// Add stores a product and gives it an id when it has none.
func (s *Store) Add(product Product) Product {
	if product.ID == "" {
		product.ID = uuid.NewString()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.products[product.ID] = product
	return product
}

// All returns the products by name.
func (s *Store) All() []Product {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	products := make([]Product, 0, len(s.products))
	for _, product := range s.products {
		products = append(products, product)
	}
	sort.Slice(products, func(i, j int) bool { return products[i].Name < products[j].Name })
	return products
}
